/** Waits for something, but not for ever. */

/** What came of it, or "late" where it has not come to its end by then; it goes on. */
export async function inTime<T>(what: Promise<T>, limit_ms: number): Promise<T | "late"> {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), limit_ms);
  try {
    return await Promise.race([what, late]);
  } finally {
    clearTimeout(timer);
  }
}
