/** Waits for something, but not for ever. */

export const TIMED_OUT = Symbol("late");

/** What came of it, or TIMED_OUT where it has not finished by then; it goes on. */
export async function withTimeout<Value>(what: Promise<Value>, limit_ms: number): Promise<Value | typeof TIMED_OUT> {
  const { promise: late, resolve } = Promise.withResolvers<typeof TIMED_OUT>();
  const timer = setTimeout(() => resolve(TIMED_OUT), Math.max(0, limit_ms));
  try {
    return await Promise.race([what, late]);
  } finally {
    clearTimeout(timer);
  }
}
