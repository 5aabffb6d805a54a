/** Waits for a condition, never for a duration: only a test that fails waits so long. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 30;

/** Asks until the answer fits, and returns it. */
export async function eventually<T>(ask: () => T | Promise<T>, fits: (value: T) => boolean): Promise<T> {
  const end_ms = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await ask();
    if (fits(value)) return value;
    if (performance.now() > end_ms) throw new Error(`never came; the last was ${String(value).slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
