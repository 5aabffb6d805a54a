/**
 * One timer for everything that is done each half second or second. A timer of more than 64 ms wakes the thread twice
 * (tokio's timer wheel), and what a daemon without frames costs is mostly wakes.
 */

const PULSE_MS = 500;

interface Subscriber {
  readonly pulses: number;
  readonly run: () => void;
}

const subscribers = new Set<Subscriber>();
let timer: ReturnType<typeof setInterval> | undefined;
let count = 0;

/**
 * Calls `run` at every so many pulses, with all others that are due then.
 * @returns what ends the calls
 */
export function onPulse(pulses: number, run: () => void): () => void {
  const subscriber = { pulses, run };
  subscribers.add(subscriber);
  timer ??= setInterval(pulse, PULSE_MS);
  return () => {
    subscribers.delete(subscriber);
    if (subscribers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function pulse(): void {
  count++;
  for (const { pulses, run } of [...subscribers]) if (count % pulses === 0) run();
}
