/** Waits for something, but not for ever. */

export const LATE = Symbol("late");

/** What came of it, or LATE where it has not finished by then; it goes on. */
export async function inTime<Value>(what: Promise<Value>, limit_ms: number): Promise<Value | typeof LATE> {
  const { promise: late, resolve } = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(() => resolve(LATE), Math.max(0, limit_ms));
  try {
    return await Promise.race([what, late]);
  } finally {
    clearTimeout(timer);
  }
}
