/** The host against a model: random ticks, rhythms, durations and file changes, with workers that a test holds. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { STAGE_END_MS_MAX } from "../../src/plugins/host/plugin_worker.ts";
import { PluginHost } from "../../src/plugins/host/plugin_host.ts";
import type { PluginSource } from "../../src/plugins/source.ts";
import { memoryLog, settingsIn } from "../daemon/helpers.ts";
import { type Behaviour, FakeWorkers, settle, VirtualClock } from "./fake_workers.ts";
import { type File, Model, SHIPPED, STAGE } from "./host_model.ts";

const NAMES = [STAGE, "a", "b"];

type Action =
  | { readonly type: "ticks"; readonly count: number; readonly between_ms: number }
  | { readonly type: "change"; readonly name: string; readonly behaviour: Behaviour }
  | { readonly type: "spoil" | "remove" | "retry"; readonly name: string };

const WELL: Behaviour = { ticktack: 2, offset: 1, starts: "well", fires: "well", duration_ms: 250, heedsAbort: false };

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  ticktack: fc.integer({ min: 1, max: 6 }),
  offset: fc.integer({ min: -3, max: 8 }),
  starts: fc.oneof(
    { weight: 7, arbitrary: fc.constant("well" as const) },
    { weight: 3, arbitrary: fc.constantFrom("throws" as const, "hangs" as const, "refuses" as const) },
  ),
  fires: fc.oneof(
    { weight: 5, arbitrary: fc.constant("well" as const) },
    { weight: 2, arbitrary: fc.constantFrom("throws" as const, "dies" as const, "well each third time" as const) },
  ),
  duration_ms: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3000 }), fc.constantFrom(100_001, Infinity)),
  heedsAbort: fc.boolean(),
});
const name = fc.constantFrom(...NAMES);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("ticks" as const),
      count: fc.integer({ min: 1, max: 12 }),
      between_ms: fc.constantFrom(10, 333, 333, 40_007),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("change" as const), name, behaviour }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constantFrom("spoil" as const, "remove" as const, "retry" as const), name }),
  },
);

Deno.test("the host fires what the model fires, whatever comes, and never a stage by two workers", async () => {
  const property = fc.asyncProperty(
    behaviour,
    fc.array(action, { maxLength: 60, size: "max" }),
    async (shippedOne, actions) => {
      await new Run({ ...shippedOne, starts: "well" }).play(actions);
    },
  );
  await fc.assert(property, { numRuns: 300 });
});

Deno.test("a change in each phase of a firing is what the model says", async () => {
  // Apart from the random ones, so that they are always tried.
  for (const first of ["well", "throws", "hangs", "refuses"] as const) {
    for (const duration_ms of [0, 250, Infinity]) {
      const change: Action = { type: "change", name: STAGE, behaviour: { ...WELL, starts: first, duration_ms } };
      const ticks: Action = { type: "ticks", count: 12, between_ms: 40_007 };
      await new Run(WELL).play([ticks, change, ticks, { type: "spoil", name: STAGE }, ticks, {
        type: "remove",
        name: STAGE,
      }, ticks]);
    }
  }
});

class Run {
  readonly #clock = new VirtualClock();
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #workers = new FakeWorkers(this.#clock, (url) => this.#behaviours.get(url)!);
  readonly #files = new Map<string, NonNullable<File>>();
  readonly #models = new Map<string, Model>();
  readonly #host: PluginHost;
  #changed = false;
  #versions = 0;
  #counter = 0;

  constructor(shipped: Behaviour) {
    this.#behaviours.set(SHIPPED, shipped);
    this.#host = new PluginHost({
      sources: [{ name: STAGE, url: SHIPPED, file: null, hash: "", problem: null, essential: true }],
      folder: { poll: () => Promise.resolve(this.#poll()), prune: () => Promise.resolve(), problem: null },
      clock: this.#clock,
      openWorker: this.#workers.open,
      log: memoryLog(),
      settings: () => settingsIn("/nowhere"),
      onFrame: () => {},
      onCondition: () => {},
      onBacklog: () => {},
    });
    this.#workers.onFiring = (worker) => {
      const nameOf = (url: string) => url === SHIPPED ? STAGE : url.split("#")[0]!;
      const others = [...this.#workers.live].filter((other) => nameOf(other.url) === nameOf(worker.url));
      assert.equal(others.length, 1, `${worker.url} fires while ${others.map((other) => other.url)} live`);
    };
  }

  async play(actions: readonly Action[]): Promise<void> {
    this.#models.set(STAGE, new Model(STAGE, this.#behaviours));
    await this.#host.start();
    for (const model of this.#models.values()) model.settle(this.#clock.now_ms());
    for (const action of actions) {
      await this.#act(action);
      this.#compare();
    }
    const stopped = this.#host.stop();
    await this.#clock.go(STAGE_END_MS_MAX);
    await stopped;
    assert.equal(this.#workers.live.size, 0);
  }

  async #act(action: Action): Promise<void> {
    switch (action.type) {
      case "ticks":
        for (let tick = 0; tick < action.count; tick++) {
          await this.#tick();
          await this.#clock.go(action.between_ms);
          for (const model of this.#models.values()) model.goTo(this.#clock.now_ms());
        }
        return;
      case "change": {
        const url = `${action.name}#${++this.#versions}`;
        this.#behaviours.set(url, action.behaviour);
        return this.#put(action.name, { url, hash: url });
      }
      case "spoil":
        return this.#put(action.name, { url: null, hash: `spoilt ${++this.#versions}` });
      case "remove":
        return this.#put(action.name, null);
      case "retry": {
        const model = this.#models.get(action.name);
        const answer = this.#host.retry(action.name);
        if (model === undefined || model.gone) assert.match(answer ?? "", /there is no plugin/);
        else model.retry(this.#clock.now_ms());
        await settle();
      }
    }
  }

  #put(name: string, file: File): void {
    this.#changed = true;
    if (file === null) this.#files.delete(name);
    else this.#files.set(name, file);
  }

  #poll(): PluginSource[] | null {
    if (!this.#changed) return null;
    this.#changed = false;
    return [...this.#files].map(([name, { url, hash }]) => ({
      name,
      url,
      file: `/plugins/${name}.ts`,
      hash,
      problem: url === null ? "spoilt" : null,
    }));
  }

  /** What is due fires first; then what the folder says holds. */
  async #tick(): Promise<void> {
    const counter = ++this.#counter;
    const now_ms = this.#clock.now_ms();
    const changed = this.#changed;
    for (const [name, model] of this.#models) {
      if (model.gone) this.#models.delete(name);
      else model.tick(counter, now_ms);
    }
    this.#host.tick(counter);
    await settle();
    if (changed) {
      for (const name of this.#files.keys()) {
        if (!this.#models.has(name)) this.#models.set(name, new Model(name, this.#behaviours));
      }
      for (const [name, model] of this.#models) model.offer(this.#files.get(name) ?? null, now_ms);
    }
    for (const model of this.#models.values()) model.begun(now_ms);
  }

  #compare(): void {
    const fired = new Map<string, string[]>();
    for (const { url, tick } of this.#workers.firings) {
      const name = url === SHIPPED ? STAGE : url.split("#")[0]!;
      fired.set(name, [...fired.get(name) ?? [], `${url} at ${tick}`]);
    }
    const shown = this.#host.statuses().map(({ name, state, skips, failures, failuresInRow }) => {
      return { name, state, skips, failures, failuresInRow };
    });
    const meant = [...this.#models.values()].filter((model) => !model.gone).map((model) => {
      const { name, state, skips, failures, inRow } = model;
      return { name, state, skips, failures, failuresInRow: inRow };
    });
    assert.deepEqual(shown, meant);
    for (const [name, model] of this.#models) {
      // A plugin that was gone and came back is another one to the model.
      if (model.fired.length > 0) assert.deepEqual((fired.get(name) ?? []).slice(-model.fired.length), model.fired);
    }
  }
}
