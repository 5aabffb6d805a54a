/** Workers and a clock that a test holds in its hand: no thread, no file, no time. */
import type { Clock } from "../../src/time/clock.ts";
import type { FromWorker, ToWorker } from "../../src/plugins/messages.ts";
import type { OpenWorker, WorkerEvents } from "../../src/plugins/host/open_worker.ts";

interface Timer {
  readonly at_ms: number;
  readonly wake: () => void;
}

/** Stands still until the test moves it. */
export class VirtualClock implements Clock {
  #now_ms = 0;
  #timers: Timer[] = [];

  now_ms(): number {
    return this.#now_ms;
  }

  after(delay_ms: number, wake: () => void): () => void {
    const timer = { at_ms: this.#now_ms + delay_ms, wake };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  /** Goes on, timer by timer; what each sets off finishes before the next. */
  async go(by_ms: number): Promise<void> {
    const end_ms = this.#now_ms + by_ms;
    await settle();
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) if (next === undefined || timer.at_ms < next.at_ms) next = timer;
      if (next === undefined || next.at_ms > end_ms) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now_ms = Math.max(this.#now_ms, next.at_ms);
      next.wake();
      await settle();
    }
    this.#now_ms = end_ms;
  }
}

/** Promises only, and flat ones: no timer of the system is waited for. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
}

export interface Behaviour {
  readonly ticktack: number;
  readonly offset: number;
  readonly name?: string;
  readonly starts: "well" | "throws" | "hangs" | "refuses";
  /** What each firing comes to. */
  readonly fires: "well" | "throws" | "dies" | "well each third time";
  /** Of a firing; Infinity: it never ends. */
  readonly duration_ms: number;
  /** Whether a firing ends at once when its signal is aborted. */
  readonly heedsAbort: boolean;
}

/** Of firing number so and so of a version. */
export function outcome({ fires }: Behaviour, number: number): "well" | "throws" | "dies" {
  if (fires !== "well each third time") return fires;
  return number % 3 === 0 ? "well" : "throws";
}

interface LiveWorker {
  readonly url: string;
  firing: boolean;
}

export class FakeWorkers {
  readonly #clock: VirtualClock;
  readonly #behaviours: (url: string) => Behaviour;
  /** Every firing that has begun: the module and the tick. */
  readonly firings: { readonly url: string; readonly tick: number; readonly at_ms: number }[] = [];
  readonly live = new Set<LiveWorker>();
  /** Called when a firing begins, with all workers that live. */
  onFiring: (worker: LiveWorker) => void = () => {};

  constructor(clock: VirtualClock, behaviours: (url: string) => Behaviour) {
    this.#clock = clock;
    this.#behaviours = behaviours;
  }

  readonly open: OpenWorker = (events) => {
    const worker: LiveWorker & { cancel: () => void; aborted: boolean } = {
      url: "",
      firing: false,
      cancel: () => {},
      aborted: false,
    };
    this.live.add(worker);
    const end = () => {
      worker.cancel();
      this.live.delete(worker);
    };
    return {
      post: (message) => {
        if (this.live.has(worker)) this.#take(message, worker, { events, end });
      },
      terminate: end,
    };
  };

  #firingsOf(url: string): number {
    return this.firings.filter((firing) => firing.url === url).length;
  }

  #take(
    message: ToWorker,
    worker: { url: string; firing: boolean; cancel: () => void; aborted: boolean },
    { events, end }: { events: WorkerEvents; end: () => void },
  ): void {
    const answer = (message: FromWorker) => events.message(message);
    const finish = (error: string | null) => {
      worker.cancel();
      worker.firing = false;
      answer({ type: "fired", error, time_ms: 1 });
    };
    if (message.type === "load") worker.url = message.url;
    const behaviour = this.#behaviours(worker.url);
    switch (message.type) {
      case "load": {
        if (behaviour.starts === "hangs") return;
        const { ticktack, offset, name = message.name } = behaviour;
        const error = behaviour.starts === "throws" ? "no import" : null;
        return answer({ type: "loaded", error, name, ticktack, offset, contract: 1 });
      }
      case "setup":
        return answer({ type: "set_up", error: behaviour.starts === "refuses" ? "no setup" : null });
      case "teardown":
        return answer({ type: "torn_down", error: null });
      case "stop":
        worker.aborted = true;
        if (worker.firing && behaviour.heedsAbort) finish(null);
        return;
      case "fire": {
        worker.firing = true;
        this.firings.push({ url: worker.url, tick: message.context.tick, at_ms: this.#clock.now_ms() });
        this.onFiring(worker);
        const ends = () => {
          if (behaviour.fires === "dies") {
            worker.firing = false;
            end();
            events.death("on purpose");
          } else finish(outcome(behaviour, this.#firingsOf(worker.url)) === "throws" ? "on purpose" : null);
        };
        if (behaviour.duration_ms === Infinity) return;
        if (behaviour.duration_ms === 0) return ends();
        worker.cancel = this.#clock.after(behaviour.duration_ms, ends);
        return;
      }
      case "reply":
    }
  }
}
