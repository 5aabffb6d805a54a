/** Checks the messages of a plugin's worker and passes them on: a plugin may post anything. */
import type { Backlog, Condition, FrameEvent } from "../../frames/events.ts";
import { type Logger, Once } from "../../log/logger.ts";
import { messageOf } from "../../files/errors.ts";
import type { PluginServices, ServedPlugin } from "./services.ts";
import type { WorkerMessage } from "../messages.ts";

export interface WorkerMessagesOptions {
  readonly log: Logger;
  readonly services: PluginServices;
  /** Whether it is shipped or replaces a shipped plugin: only then its reports of frames count. */
  readonly reportsFrames: boolean;
  plugin(): ServedPlugin;
  reply(id: number, value: unknown): void;
  onFrame(event: FrameEvent): void;
  onCondition(condition: Condition): void;
  onBacklog(backlog: Backlog): void;
  /** An error outside of a firing, or an invalid message. */
  onFailure(message: string): void;
}

/** Of one plugin at once. */
const CONDITIONS_MAX = 100;
const TEXT_LENGTH_MAX = 4096;

/** What was logged under a `once`, of each log. */
const loggedOnce = new WeakMap<Logger, Once>();

export class WorkerMessages {
  readonly #options: WorkerMessagesOptions;
  readonly #standing = new Set<string>();
  #hasWarned = false;

  constructor(options: WorkerMessagesOptions) {
    this.#options = options;
  }

  receive(message: WorkerMessage): void {
    try {
      this.#receive(message);
    } catch (error) {
      this.#options.onFailure(`posted an invalid report: ${messageOf(error)}`);
    }
  }

  /** Its conditions end with it. */
  clearConditions(): void {
    for (const key of this.#standing) this.#options.onCondition({ key, message: null });
    this.#standing.clear();
  }

  #receive(message: WorkerMessage): void {
    const { services, log } = this.#options;
    const plugin = this.#options.plugin();
    switch (message.type) {
      case "log":
        if (this.#isRepeated(message.fields?.["once"])) return;
        return log[message.level](`${plugin.name}: ${message.message}`, message.fields ?? undefined);
      case "event":
        if (this.#mayReportFrames()) this.#options.onFrame(checkedEvent(message.event));
        return;
      case "condition":
        return this.#condition(message.condition);
      case "backlog":
        if (this.#mayReportFrames()) this.#options.onBacklog(checkedBacklog(message.backlog));
        return;
      case "count":
        return plugin.count(message.name, message.by);
      case "parameters":
      case "parameter_removed":
      case "frames_taken":
      case "frame_begun":
      case "frame_failed":
        return services.receive(plugin, message);
      case "ask":
        return this.#answer(message.id, services.answer(plugin, message.question, this.#options.reportsFrames));
      case "stray_error":
        return this.#options.onFailure(`failed between firings: ${message.error}`);
    }
  }

  #answer(id: number, value: unknown): void {
    if (value instanceof Promise) {
      const failed = (error: unknown) => {
        this.#options.log.warn(`${this.#options.plugin().name}: ${messageOf(error)}`);
        this.#options.reply(id, undefined);
      };
      void value.then((settled) => this.#options.reply(id, settled), failed);
    } else this.#options.reply(id, value);
  }

  #condition({ key, message }: Condition): void {
    if (typeof key !== "string" || !(message === null || typeof message === "string")) {
      throw new TypeError("a condition needs a text as key, and a text or null as message");
    }
    // Those of a stage have keys that others know, and another plugin could use the same.
    const own = this.#options.reportsFrames ? key : `${this.#options.plugin().name}/${key}`;
    if (message === null) this.#standing.delete(own);
    else if (this.#standing.size >= CONDITIONS_MAX && !this.#standing.has(own)) return;
    else this.#standing.add(own);
    this.#options.onCondition({ key: own, message: message?.slice(0, TEXT_LENGTH_MAX) ?? null });
  }

  /** What several stages find, each in its own thread, is logged once. */
  #isRepeated(once: unknown): boolean {
    if (!this.#options.reportsFrames || typeof once !== "string") return false;
    const { log } = this.#options;
    const logged = loggedOnce.get(log) ?? new Once();
    loggedOnce.set(log, logged);
    return !logged.isFirst(once);
  }

  #mayReportFrames(): boolean {
    if (this.#options.reportsFrames || this.#hasWarned) return this.#options.reportsFrames;
    this.#hasWarned = true;
    const { log } = this.#options;
    log.warn(`${this.#options.plugin().name}: reports frames, which only a plugin with a stage's name can do; ignored`);
    return false;
  }
}

const NUMBERS: Readonly<Record<FrameEvent["type"], readonly string[]>> = {
  claimed: [],
  merged: [],
  delivered: ["bytes", "latency_s"],
  quarantined: [],
  dark_removed: ["bytes"],
};

function checkedEvent(event: FrameEvent): FrameEvent {
  const numbers = NUMBERS[event?.type];
  if (numbers === undefined || typeof event.frame !== "string") {
    throw new TypeError("an event needs a known type and a frame");
  }
  if (event.type === "delivered" && !Array.isArray(event.files)) {
    throw new TypeError("the event delivered needs a list of files");
  }
  const fields = event as unknown as Record<string, unknown>;
  for (const key of numbers) {
    if (!Number.isFinite(fields[key])) throw new TypeError(`the event ${event.type} needs the number ${key}`);
  }
  return event;
}

const NUMBER = ["be a number", Number.isFinite] as const;

/** What each part of a backlog must be. */
const PARTS: Readonly<Record<keyof Backlog, readonly [words: string, isRight: (part: unknown) => boolean]>> = {
  raw: NUMBER,
  temp: NUMBER,
  proc: NUMBER,
  series: NUMBER,
  left: [
    "be a list of id and frames",
    (part) => Array.isArray(part) && part.every((one) => hasNumbers(one, ["id", "frames"])),
  ],
  unclaimed: ["be numbers", (part) => hasNumbers(part, Object.keys(part ?? {}))],
  retried: [
    "have the numbers id, taken, kept and waiting",
    (part) => hasNumbers(part, ["id", "taken", "kept", "waiting"]),
  ],
  confirmed: [
    "have the numbers id, found, removed and waiting",
    (part) => hasNumbers(part, ["id", "found", "removed", "waiting"]),
  ],
};

function checkedBacklog(backlog: Backlog): Backlog {
  const known = Object.entries(backlog).filter(([name, part]) => Object.hasOwn(PARTS, name) && part !== undefined);
  for (const [name, part] of known) {
    const [words, isRight] = PARTS[name as keyof Backlog];
    if (!isRight(part)) throw new TypeError(`${name} of a backlog must ${words}`);
  }
  return Object.fromEntries(known);
}

function hasNumbers(value: unknown, keys: readonly string[]): boolean {
  return typeof value === "object" && value !== null &&
    keys.every((key) => Number.isFinite((value as Record<string, unknown>)[key]));
}
