/** The clock and timer that limits go by; tests give their own. A file of its own: shared by all rooms. */

export interface Clock {
  /** Milliseconds that never go back. */
  now_ms(): number;
  /** Calls `wake` once after so many milliseconds; gives what cancels it. */
  after(delay_ms: number, wake: () => void): () => void;
}

export const SYSTEM_CLOCK: Clock = {
  now_ms: () => performance.now(),
  after: (delay_ms, wake) => {
    const timer = setTimeout(wake, delay_ms);
    return () => clearTimeout(timer);
  },
};
