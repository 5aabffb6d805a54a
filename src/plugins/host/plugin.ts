/**
 * One plugin under the daemon's care, by its file's name: which version runs, when it fires, what follows a failure.
 * One file: version, firing and failure are one state.
 */
import { messageOf } from "../../files/errors.ts";
import type { Backlog, Condition, FrameEvent } from "../../frames/events.ts";
import type { Logger } from "../../log/logger.ts";
import type { Clock } from "../../time/clock.ts";
import { nameKey } from "../folder/names.ts";
import type { ContextData } from "../messages.ts";
import type { PluginSource } from "../source.ts";
import type { OpenWorker } from "./open_worker.ts";
import { PluginReports } from "./plugin_reports.ts";
import { PluginRecord, type PluginStatus } from "./plugin_status.ts";
import { PluginVersions } from "./plugin_versions.ts";
import { type Loaded, PluginWorker, type WorkerLimits } from "./plugin_worker.ts";
import { isDue, readRhythm, type Rhythm, RHYTHM_SUSPENDED, RHYTHM_UNKNOWN } from "./scheduler.ts";
import type { PluginServices } from "./services.ts";
import { WorkerMessages } from "./worker_messages.ts";

/** What the host provides to each of its plugins. */
export interface PluginDependencies {
  readonly log: Logger;
  readonly clock: Clock;
  readonly openWorker: OpenWorker;
  readonly services: PluginServices;
  limits(): WorkerLimits & { readonly failures_max: number };
  /** The context of a call of the plugin, asked for anew each time. */
  context(tick: number, name: string): ContextData;
  /** Reserves the name for the plugin of this file, instead of the one it had; or returns who has it. */
  claimName(name: string, fileName: string): string | null;
  onFrame(event: FrameEvent): void;
  onCondition(condition: Condition): void;
  onBacklog(backlog: Backlog): void;
}

export class Plugin {
  /** Without the ending: what the plugin is known by, whatever NAME its module has. */
  readonly fileName: string;
  readonly versions: PluginVersions;
  readonly #dependencies: PluginDependencies;
  readonly #record = new PluginRecord();
  readonly #reports: PluginReports;
  readonly #messages: WorkerMessages;
  #name: string;
  /** Null before the module is loaded. */
  #rhythm: Rhythm | null = null;
  /** The last one that was started, dead or alive. */
  #worker: PluginWorker | null = null;
  /** The key of another plugin's name, which this one wants too and was refused for. */
  #wantedName: string | null = null;
  #busy: Promise<string | null> | null = null;
  #isOutOfTurn = false;
  /** What is cut off from then on did not fail. */
  #stopping = false;

  constructor(origin: { fileName: string; shipped: PluginSource | null }, dependencies: PluginDependencies) {
    this.fileName = origin.fileName;
    this.#name = origin.fileName;
    this.#dependencies = dependencies;
    this.versions = new PluginVersions(origin.shipped);
    this.#reports = new PluginReports({ ...dependencies, fileName: origin.fileName, name: () => this.#name });
    this.#messages = new WorkerMessages({
      ...dependencies,
      reportsFrames: origin.shipped !== null,
      plugin: () => ({ name: this.#name, count: (counter, by) => this.#record.count(counter, by) }),
      reply: (id, value) => this.#worker?.reply(id, value),
      onFailure: (message) => {
        if (this.#record.state !== "stopped") this.#fail(message);
      },
    });
  }

  /** Its module's NAME, or the file's name. */
  get name(): string {
    return this.#name;
  }

  /** Whether firing it is of no use: it refused, was suspended or stopped. */
  get out(): boolean {
    const { state } = this.#record;
    return state === "refused" || state === "aside" || state === "stopped";
  }

  /** Whether nothing of it is left: its file was removed, and its worker has ended. */
  get gone(): boolean {
    return this.versions.gone && this.#busy === null;
  }

  get hasWorker(): boolean {
    return this.#worker?.dead === false;
  }

  /** Resolves when no start, firing or change of versions is in progress. */
  get idle(): Promise<unknown> {
    return this.#busy ?? Promise.resolve();
  }

  status(): PluginStatus {
    const { problem, ...shown } = this.versions.shown;
    const record = this.#record.reading();
    const { ticktack, offset } = this.#rhythm ?? RHYTHM_UNKNOWN;
    return { name: this.#name, ...shown, ticktack, offset, ...record, lastError: problem ?? record.lastError, problem };
  }

  /** The file of this name in the plugins folder; null: there is none. Takes effect between two firings. */
  offer(user: PluginSource | null): void {
    const { versions } = this;
    versions.offer(user);
    this.#reports.problem(versions);
    if (this.#busy === null && versions.running === null && versions.target === null) this.#record.state = "refused";
    this.start();
  }

  /** Starts the version that is to run, if it does not run yet; ends any other. `idle` resolves when that is done. */
  start(): void {
    if (this.#stopping || this.#settled()) return;
    if (this.#busy === null) void this.#occupy(() => Promise.resolve(null));
    else this.#worker?.abort("replaced");
  }

  /** Fires the plugin where it is due at this value of the counter. */
  tick(counter: number): void {
    const isSuspended = this.#record.state === "aside";
    if (!isDue(counter, isSuspended ? RHYTHM_SUSPENDED : this.#rhythm ?? RHYTHM_UNKNOWN)) return;
    if (this.out && !(isSuspended && this.versions.stage)) return;
    if (this.#busy !== null) {
      // A firing out of turn takes the place of this one.
      if (this.#isOutOfTurn) return;
      this.#record.skips++;
      this.#reports.log("debug", `still firing; the firing at tick ${counter} is skipped`);
      return;
    }
    void this.fire(counter);
  }

  /** Fires out of turn: there is something to do. Where it fires already, it may have looked before that: once more. */
  wake(tick: number): void {
    if (this.out || this.#stopping) return;
    this.#isOutOfTurn = true;
    void (this.#busy ?? Promise.resolve()).then(() => this.#stopping ? null : this.fire(tick))
      .finally(() => this.#isOutOfTurn = false);
  }

  /** One firing, in a new worker where the last one died; returns the error, or null. While busy: that one's. */
  fire(tick: number): Promise<string | null> {
    return this.#busy ?? this.#occupy(() => this.#fire(tick));
  }

  /** Starts it once more, whatever went wrong; returns why it cannot, or null. */
  retry(): string | null {
    if (this.#stopping) return "pewatch is stopping";
    const { versions } = this;
    if (versions.user?.problem) return versions.user.problem;
    const wanted = versions.gaveWay || this.out;
    versions.reopen();
    this.#reports.problem(versions);
    if (wanted && this.#busy === null && this.#settled()) void this.#occupy(() => this.#restart());
    else this.start();
    return null;
  }

  /** Another plugin has given up this name. */
  nameIsFree(key: string): void {
    if (this.#wantedName === key) this.retry();
  }

  /** Lets the firing in progress finish within a bound, then the plugin close what it opened; then ends the worker. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#worker?.abort("stop");
    await this.#busy;
    this.#record.state = "stopped";
    await this.#worker?.end();
  }

  /** Whether the version that runs is the one that should, and can go on. */
  #settled(): boolean {
    return this.versions.target === this.versions.running && this.#worker?.aborted !== true;
  }

  /** One start or firing at a time; after each, another version takes over where there is one. */
  #occupy(run: () => Promise<string | null>): Promise<string | null> {
    const busy = (async () => {
      let result: string | null;
      try {
        result = await run();
        while (!this.#stopping && !this.#settled()) result = await this.#swap();
      } catch (error) {
        result = this.#fail(messageOf(error));
      }
      this.#busy = null;
      return result;
    })();
    return this.#busy = busy;
  }

  /** The old version ends before the new one starts: a stage is never run by two. */
  async #swap(): Promise<string | null> {
    await this.#worker?.end();
    if (this.#stopping) return null;
    const { target, running } = this.versions;
    if (running !== null) {
      this.#messages.clearConditions();
      this.#reports.solved();
      this.#reports.slow(null);
    }
    this.#record.begin();
    this.#rhythm = null;
    this.versions.running = target;
    if (target === null) {
      this.#end();
      return null;
    }
    if (running !== null) this.#reports.log("info", `${target.file ?? this.versions.shippedText} takes over`);
    return await this.#startWorker(target);
  }

  /** Nothing is left that could run. */
  #end(): void {
    const existed = this.#worker !== null;
    this.#worker = null;
    this.#dependencies.claimName(this.fileName, this.fileName);
    this.#name = this.fileName;
    if (existed) this.#reports.log("info", "its file was removed; the plugin has ended");
    this.#record.state = this.versions.user === null ? "stopped" : "refused";
  }

  /** Starts what was refused or suspended once more. */
  async #restart(): Promise<string | null> {
    const { running } = this.versions;
    this.#record.begin();
    this.#reports.solved();
    return running === null ? null : await this.#startWorker(running);
  }

  async #fire(tick: number): Promise<string | null> {
    const { running } = this.versions;
    if (running === null) return null;
    if (this.#worker?.ready !== true) {
      const started = await this.#startWorker(running);
      if (started !== null || !this.#settled()) return started;
    }
    const record = this.#record;
    const wasSuspended = record.state === "aside";
    record.firing();
    const error = await this.#worker!.fire(tick, (time_ms) => record.took(time_ms));
    if (error !== null && this.#worker!.dead && !this.#stopping) {
      this.#dependencies.services.frames.died(this.#name);
    }
    if (error !== null) return this.#fail(`firing failed: ${error}`);
    record.succeeded();
    if (wasSuspended) this.#reports.solved();
    return null;
  }

  /** A new worker with the module set up. */
  async #startWorker(source: PluginSource): Promise<string | null> {
    this.#record.starting();
    this.#worker?.terminate("it is restarted");
    this.#dependencies.services.frames.released(this.#name);
    const worker: PluginWorker = this.#worker = new PluginWorker(source, {
      ...this.#dependencies,
      stage: this.versions.stage,
      onMessage: (message) => {
        if (this.#worker === worker) this.#messages.receive(message);
      },
      onDeath: (reason) => {
        if (this.#worker !== worker) return;
        this.#dependencies.services.frames.died(this.#name);
        this.#fail(`failed between firings: the worker died: ${reason}`);
      },
      onSlow: (message) => this.#reports.slow(message),
    });
    const fault = await worker.start((loaded) => this.#accept(loaded));
    if (fault === null) {
      this.#record.started();
      return null;
    }
    if ("refused" in fault) return this.#refuse(fault.refused);
    const error = this.#fail(`start failed: ${fault.failed}`);
    // A stage whose firings fail is retried; frames would wait for a file that does not even start.
    this.#giveWay(error);
    return error;
  }

  /** Takes the name and the rhythm of the loaded module; returns why it is refused, or null. */
  #accept({ name, ticktack, offset, contract }: Loaded): string | null {
    const taken = this.#dependencies.claimName(name, this.fileName);
    this.#wantedName = taken === null ? null : nameKey(name);
    if (taken !== null) return taken;
    this.#name = name;
    const { messages, ...rhythm } = readRhythm(ticktack, offset);
    if (this.#rhythm === null) messages.forEach((message) => this.#reports.log("warn", message));
    this.#rhythm = rhythm;
    void this.#dependencies.services.frames.begin(name, contract);
    return null;
  }

  #refuse(reason: string): string {
    this.#record.refuse(reason);
    const message = `does not run: ${reason}`;
    // A condition is logged as well.
    if (!this.#giveWay(message) && this.versions.stage) this.#reports.refusedStage(message);
    else this.#reports.log("error", message);
    return reason;
  }

  #fail(message: string): string {
    const record = this.#record;
    if (this.#stopping || (record.state === "aside" && !this.versions.stage)) return message; // it was cut off
    record.fail(message);
    this.#reports.log("error", message);
    const { failures_max } = this.#dependencies.limits();
    if (record.failuresInRow < failures_max && this.#worker?.leftBehind !== true) record.state = "failed";
    else this.#suspend();
    return message;
  }

  /** After too many failures in a row. A user's stage is replaced by the shipped one instead. */
  #suspend(): void {
    const record = this.#record;
    if (this.versions.stage && this.versions.runsUsers) {
      record.state = "failed";
      this.#giveWay(`${record.failed}: ${record.lastError}`);
      return;
    }
    if (record.state !== "aside") this.#reports.suspended(record, this.versions);
    record.state = "aside";
    if (!this.versions.stage) this.#worker?.terminate("it is suspended");
  }

  /** The shipped stage takes over, after what is in progress. Returns false where the plugin is no user's stage. */
  #giveWay(why: string): boolean {
    if (!this.versions.giveWay(why)) return false;
    this.#reports.problem(this.versions);
    if (this.#busy === null) this.start();
    return true;
  }
}
