/** What a plugin goes through at work: starts, firings, failures; and how each of them is told. */
import type { Backlog, Condition, FrameEvent, Logger } from "../../frames/events.ts";
import type { PluginServices } from "./services.ts";
import type { Clock } from "../../time/clock.ts";
import { nameKey } from "../folder/names.ts";
import type { ContextData } from "../messages.ts";
import type { OpenWorker } from "./open_worker.ts";
import type { PluginChoice } from "./plugin_choice.ts";
import { type InstanceLimits, type Loaded, messageOf, PluginInstance } from "./plugin_instance.ts";
import { PluginRecord } from "./plugin_status.ts";
import { readRhythm, type Rhythm } from "./scheduler.ts";
import type { PluginSource } from "../source.ts";
import { WorkerMessages } from "./worker_messages.ts";

/** What the host gives to each plugin that it keeps. */
export interface PluginSurroundings {
  readonly log: Logger;
  readonly clock: Clock;
  readonly openWorker: OpenWorker;
  /** Answers what the plugin asks, and keeps what it sets. */
  readonly services: PluginServices;
  limits(): InstanceLimits & { readonly failures_max: number };
  /** What a call of the plugin is given, asked for anew each time. */
  context(tick: number, name: string): ContextData;
  /** Gives the name to this plugin alone, in the place of the one it had; or says who has it. */
  claimName(name: string, plugin: Named): string | null;
  onFrame(event: FrameEvent): void;
  onCondition(condition: Condition): void;
  onBacklog(backlog: Backlog): void;
}

/** Whom a name belongs to. */
export interface Named {
  readonly fileName: string;
}

export interface FiringResult {
  readonly error: string | null;
}

export interface LifeOptions {
  readonly plugin: Named;
  readonly choice: PluginChoice;
  readonly around: PluginSurroundings;
  /** The user's stage gave way: the shipped one is to take over. */
  onGaveWay(): void;
}

export const FINE: FiringResult = { error: null };

/** One a plugin; versions come and go in it, one at a time. Its functions are called one after the other. */
export class PluginLife {
  readonly record = new PluginRecord();
  readonly #options: LifeOptions;
  readonly #around: PluginSurroundings;
  readonly #messages: WorkerMessages;
  #name: string;
  #rhythm: Rhythm | null = null;
  #instance: PluginInstance | null = null;
  /** The key of the name that it was refused for. */
  #clash: string | null = null;
  /** What is cut off from now on did not fail. */
  stopping = false;

  constructor(options: LifeOptions) {
    const { plugin, choice, around } = options;
    this.#options = options;
    this.#around = around;
    this.#name = plugin.fileName;
    this.#messages = new WorkerMessages({
      log: around.log,
      services: around.services,
      ofTheWay: choice.shipped !== null,
      plugin: () => ({ name: this.#name, count: (counter, by) => this.record.count(counter, by) }),
      reply: (id, value) => this.#instance?.reply(id, value),
      onFrame: around.onFrame,
      onCondition: around.onCondition,
      onBacklog: around.onBacklog,
      onFailure: (message) => {
        if (this.record.state !== "stopped") this.fail(message);
      },
    });
  }

  get name(): string {
    return this.#name;
  }

  /** Null before the module has told. */
  get rhythm(): Rhythm | null {
    return this.#rhythm;
  }

  get clash(): string | null {
    return this.#clash;
  }

  get running(): PluginSource | null {
    return this.#instance?.source ?? null;
  }

  /** Whether the user's file runs. */
  get ofUser(): boolean {
    return this.running !== null && this.running.file !== null;
  }

  get hasWorker(): boolean {
    return this.#instance?.hasWorker === true;
  }

  /** Whether the signal of what runs is aborted: it cannot go on. */
  get aborted(): boolean {
    return this.#instance?.aborted === true;
  }

  /** Asks what is under way to come to its end; where `bound_ms` is given, it is ended after that. */
  abort(bound_ms: number | null): void {
    this.#instance?.abort(bound_ms);
  }

  /** Lets what runs close what it opened, and ends it. */
  async end(): Promise<void> {
    await this.#instance?.end();
  }

  /** Behind `end`: another version, or null, nothing. */
  async begin(source: PluginSource | null): Promise<FiringResult> {
    const before = this.#instance;
    const { log } = this.#around;
    if (before !== null) {
      this.#messages.takeBack();
      for (const kind of ["", ":slow"]) this.#tell(kind, null);
    }
    this.record.begin();
    this.#rhythm = null;
    if (source === null) {
      const { plugin, choice } = this.#options;
      this.#instance = null;
      this.#around.claimName(plugin.fileName, plugin);
      this.#name = plugin.fileName;
      this.record.state = choice.user === null ? "stopped" : "refused";
      if (before !== null) log.info(`${this.#name}: it is gone`);
      return FINE;
    }
    if (before !== null) log.info(`${this.#name}: ${source.file ?? "the shipped stage"} takes over`);
    this.#instance = this.#newInstance(source);
    return await this.#start();
  }

  /** What was refused or put aside is started once more. */
  async again(): Promise<FiringResult> {
    this.record.begin();
    this.#tell("", null);
    return this.#instance === null ? FINE : await this.#start();
  }

  /** One firing, with a new worker where the last one died; `goesOn` says whether to fire behind the start of that. */
  async fire(tick: number, goesOn: () => boolean): Promise<FiringResult> {
    if (this.#instance === null) return FINE;
    if (!this.#instance.usable) {
      const begun = await this.#start();
      if (begun.error !== null || !goesOn()) return begun;
    }
    const record = this.record;
    const wasAside = record.state === "aside";
    record.state = "firing";
    record.firings++;
    try {
      await this.#instance.fire(tick, (time_ms) => record.took(time_ms));
    } catch (error) {
      return { error: this.fail(`firing failed: ${messageOf(error)}`) };
    }
    record.state = "ready";
    record.failuresInRow = 0;
    if (wasAside) this.#tell("", null);
    return FINE;
  }

  fail(message: string): string {
    const record = this.record;
    if (this.stopping || (record.state === "aside" && !this.#options.choice.stage)) return message; // it was cut off
    record.failed(message);
    this.#around.log.error(`${this.#name}: ${message}`);
    const more = record.failuresInRow < this.#around.limits().failures_max && this.#instance?.leftBehind !== true;
    if (more) record.state = "failed";
    else this.#putAside();
    return message;
  }

  /** Why the user's file, as it is, does not run. */
  tellProblem(): void {
    const { choice } = this.#options;
    const { problem } = choice;
    this.#tell(":file", problem === null ? null : `${this.#name}: ${problem}; ${choice.instead(this.running)}`);
  }

  /** A new worker with the module set up. */
  async #start(): Promise<FiringResult> {
    const record = this.record;
    const wasAside = record.state === "aside";
    if (!wasAside) record.state = "starting";
    const fault = await this.#instance!.begin((loaded) => this.#onLoaded(loaded));
    if (fault === null) {
      if (!wasAside) record.state = "ready";
      return FINE;
    }
    if ("refused" in fault) return { error: this.#refuse(fault.refused) };
    const error = this.fail(`start failed: ${fault.failed}`);
    // Its firings are tried again; a file that does not even start would hold frames up meanwhile.
    this.#giveWay(error);
    return { error };
  }

  #onLoaded({ name, ticktack, offset }: Loaded): string | null {
    const taken = this.#around.claimName(name, this.#options.plugin);
    this.#clash = taken === null ? null : nameKey(name);
    if (taken !== null) return taken;
    this.#name = name;
    const { messages, ...rhythm } = readRhythm(ticktack, offset);
    if (this.#rhythm === null) {
      for (const message of messages) this.#around.log.warn(`${this.#name}: ${message}`);
    }
    this.#rhythm = rhythm;
    this.#around.services.begin(name);
    return null;
  }

  #refuse(reason: string): string {
    this.record.state = "refused";
    this.record.lastError = reason;
    const message = `refuses to run: ${reason}`;
    const text = `${this.#name}: ${message}`;
    if (!this.#giveWay(message) && this.#options.choice.stage) this.#tell("", text); // which is logged as a condition
    else this.#around.log.error(text);
    return reason;
  }

  #putAside(): void {
    const { failuresInRow, lastError, state } = this.record;
    if (this.ofUser && this.#options.choice.stage) {
      this.record.state = "failed";
      return void this.#giveWay(`${inARow(failuresInRow)}: ${lastError}`);
    }
    if (state !== "aside") {
      const what = this.#options.choice.stage
        ? "it is tried again now and then"
        : `it is put aside until its file changes or somebody asks: pewatch plugins retry ${this.#name}`;
      // The log has it as a condition.
      this.#tell("", `${this.#name}: ${inARow(failuresInRow)}, ${what}: ${lastError}`);
    }
    this.record.state = "aside";
    if (!this.#options.choice.stage) this.#instance?.terminate("it was put aside");
  }

  /** The shipped stage takes over, behind what is under way. */
  #giveWay(why: string): boolean {
    if (!this.#options.choice.giveWay(why, this.running)) return false;
    this.tellProblem();
    this.#options.onGaveWay();
    return true;
  }

  #newInstance(source: PluginSource): PluginInstance {
    const { log, clock, openWorker, limits, context } = this.#around;
    const instance: PluginInstance = new PluginInstance(source, {
      stage: this.#options.choice.stage,
      log,
      clock,
      openWorker,
      limits,
      context,
      onMessage: (message) => {
        if (this.#instance === instance) this.#messages.receive(message);
      },
      onDeath: (reason) => {
        if (this.#instance === instance) this.fail(`failed between firings: the worker died: ${reason}`);
      },
      onSlow: (message) => this.#tell(":slow", message === null ? null : `${this.#name}: ${message}`),
    });
    return instance;
  }

  #tell(kind: string, message: string | null): void {
    this.#around.onCondition({ key: `plugin:${this.#options.plugin.fileName}${kind}`, message });
  }
}

function inARow(failures: number): string {
  return failures === 1 ? "failed" : `failed ${failures} times in a row`;
}
