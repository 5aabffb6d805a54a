/** The main thread's services for plugins: the frames that were delivered, and the parameters. */
import { messageOf } from "../../files/errors.ts";
import type { FrameEvent, Logger } from "../../frames/events.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";
import { FrameRing } from "./frame_ring.ts";
import type { DeliveredFrameData, Question, ReplyTo, WorkerMessage } from "../messages.ts";

/** Where the parameters of all plugins and clients are kept. The daemon makes one. */
export interface ParameterBoard {
  set(readings: readonly ParameterReading[]): void;
  get(name: string): ParameterReading | undefined;
  names(): readonly string[];
  remove(name: string): void;
  /** Of each parameter the last reading that is not newer than the time, milliseconds since 1970 UTC. */
  at(time_ms: number): readonly ParameterReading[];
}

/** One plugin as the services see it. */
export interface ServedPlugin {
  readonly name: string;
  /** One of its counters in the status. */
  count(counter: string, by: number): void;
}

export interface PluginServicesOptions {
  /** Without one, what plugins set is dropped. */
  readonly parameters?: ParameterBoard | undefined;
  readonly log: Logger;
  /** Milliseconds since 1970 UTC. */
  readonly now_ms?: () => number;
  /** How many frames are kept, and how many go into one answer; for tests. */
  readonly limits?: { readonly kept?: number; readonly batch?: number };
}

/** The messages of a plugin's worker that are for the services. */
export type ServiceMessage = Extract<WorkerMessage, { type: "parameters" | "parameter_removed" | "frames_taken" }>;

/** Longer paths, or more files in a set, are no frame: an event may come from any plugin. */
const FILES_MAX = 100;
const PATH_LENGTH_MAX = 4096;

/** One for all plugins of a host. Never throws: what a plugin sends may be anything. */
export class PluginServices {
  readonly #parameters: ParameterBoard | undefined;
  readonly #log: Logger;
  readonly #now_ms: () => number;
  readonly #ring: FrameRing;
  /** Plugins that were reported to have fallen behind. */
  readonly #late = new Set<string>();

  constructor(options: PluginServicesOptions) {
    this.#parameters = options.parameters;
    this.#log = options.log;
    this.#now_ms = options.now_ms ?? Date.now;
    this.#ring = new FrameRing(options.limits);
  }

  /** The plugin's stream begins with the next frame; at a later start of the same name it continues where it was. */
  begin(plugin: string): void {
    this.#ring.begin(plugin);
  }

  /** Takes every event; keeps those of delivered frames. */
  frame(event: FrameEvent): void {
    if (event.type !== "delivered" || !isFrame(event)) return;
    this.#ring.push({
      name: event.frame,
      files: event.files,
      roles: event.roles ?? rolesOf(event.files),
      bytes: event.bytes,
      latency_s: event.latency_s,
      delivered_ms: this.#now_ms(),
      dark: event.dark === true,
      again: event.again === true,
    });
  }

  receive(plugin: ServedPlugin, message: ServiceMessage): void {
    switch (message.type) {
      case "frames_taken":
        return this.#ring.taken(plugin.name, message.upTo);
      case "parameters":
        return this.#try(
          plugin,
          () => this.#parameters?.set(message.readings.map((reading) => ({ ...reading, plugin: plugin.name }))),
        );
      case "parameter_removed":
        return this.#try(plugin, () => this.#parameters?.remove(message.name));
    }
  }

  /** The value to reply with; undefined where there is none, or where the question is invalid. */
  answer(plugin: ServedPlugin, question: Question): ReplyTo<Question["what"]> {
    return this.#try(plugin, () => {
      switch (question.what) {
        case "frames":
          return this.#frames(plugin);
        case "parameter":
          return this.#parameters?.get(question.name);
        case "parameter_names":
          return this.#parameters?.names() ?? [];
        case "parameters_at":
          return this.#parameters?.at(question.time_ms) ?? [];
      }
    });
  }

  #frames(plugin: ServedPlugin): ReplyTo<"frames"> {
    const { missed, ...batch } = this.#ring.next(plugin.name);
    if (missed > 0) {
      plugin.count("frames missed", missed);
      if (!this.#late.has(plugin.name)) {
        this.#late.add(plugin.name);
        this.#log.warn(
          `${plugin.name}: fell behind and missed ${missed} ${
            missed === 1 ? "frame" : "frames"
          }; only the last ones are kept`,
        );
      }
    }
    return batch;
  }

  #try<Value>(plugin: ServedPlugin, run: () => Value): Value | undefined {
    try {
      return run();
    } catch (error) {
      this.#log.warn(`${plugin.name}: ${messageOf(error)}`);
      return undefined;
    }
  }
}

function isFrame(event: Extract<FrameEvent, { type: "delivered" }>): boolean {
  const { frame, files, roles } = event;
  const texts = [frame, ...(Array.isArray(files) ? files.slice(0, FILES_MAX + 1) : [null])];
  if (texts.length > FILES_MAX || !texts.every(isPath)) return false;
  return roles === undefined ||
    (isPath(roles?.image) && [roles.sidecar, roles.nexus].every((path) => path === null || isPath(path)));
}

function isPath(text: unknown): boolean {
  return typeof text === "string" && text.length <= PATH_LENGTH_MAX;
}

/** By their endings, where a plugin that replaces the stage does not report them. */
function rolesOf(files: readonly string[]): DeliveredFrameData["roles"] {
  const ending = (pattern: RegExp) => files.find((file) => pattern.test(file));
  return {
    image: ending(/\.tiff?$/i) ?? files[0] ?? "",
    sidecar: ending(/\.metadata$/i) ?? null,
    nexus: ending(/\.nxs$/i) ?? null,
  };
}
