/**
 * How another command of the program reaches the running daemon without a port: files in a folder of the daemon's own
 * below `state_dir`, which works alike on every system and lets nobody in who cannot write there.
 *
 * The asker writes ID.request.json under a .part name and renames it; the daemon takes it away, does what it says and
 * writes ID.answer.json in the same way; the asker takes that away.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { encodeJson } from "../../files/json_file.ts";
import { type Check, isObject, isText, listOf, oneOf, shape } from "../../files/json_shape.ts";
import { PART_ENDING, REQUESTS_FOLDER } from "../../files/service_names.ts";
import { writeWholeBehind } from "../../files/whole_file.ts";
import { CLIENT_SETTING_KEYS, type ClientSetting } from "../settings/client_settings.ts";

/** What can be asked. */
export type Request =
  /** Answered with the DaemonStatus. */
  | { readonly what: "status" }
  /** Starts a plugin again that was suspended. */
  | { readonly what: "retry"; readonly plugin: string }
  /** Tries the frames of the quarantine again. Answered with a sentence. */
  | { readonly what: "retry_frames" }
  /** Answered with the last reading of each parameter, as `readingToJson` writes it. */
  | { readonly what: "parameters" }
  /** Frames go on without it. Answered with whether it was there. */
  | { readonly what: "remove_parameter"; readonly parameter: string }
  /** Answered with what clients have set, as WrittenSettings. */
  | { readonly what: "settings" }
  /** Puts the configuration's value in the place of a client's. Answered with whether a client had set it. */
  | { readonly what: "forget_setting"; readonly setting: ClientSetting }
  /** A consumer has these images whole. Answered with ConfirmProgress. */
  | { readonly what: "confirm"; readonly consumer: string; readonly sums: readonly string[] }
  /** A consumer of the ledger is gone. Answered with whether it was there. */
  | { readonly what: "forget_consumer"; readonly consumer: string }
  /** Begins a new chain of the ledger behind what is damaged. Answered with the number of its first line. */
  | { readonly what: "repair_ledger"; readonly segment: string; readonly line: number; readonly problem: string }
  /** Looks at the plugins folder now, and starts what changed anew. */
  | { readonly what: "reload" }
  /** Answered before the daemon stops. */
  | { readonly what: "stop" };

export type Answer =
  | { readonly value: unknown; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: string };

/** Raised where the files change, so that a command of another version is refused instead of being misunderstood. */
const REQUEST_VERSION = 1;
/** Longer than any request; what is larger is not read. */
export const REQUEST_BYTES_MAX = 64 * 1024;
/** Longer than any asker waits: after it a request or answer has been forgotten. */
export const FORGOTTEN_MS = 10 * 60_000;

const REQUEST_ENDING = ".request.json";
const ANSWER_ENDING = ".answer.json";
/** A UUID: nothing else is taken for a file of ours. */
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Where the daemon of a configuration takes its requests. Configurations that name no `state_dir` share one: by the
 * raw folder, on which no two daemons work, each asks its own.
 */
export function requestFolder(settings: Settings): string {
  const raw = Deno.build.os === "windows" ? settings.folders.raw.toLowerCase() : settings.folders.raw;
  const key = createHash("sha256").update(raw).digest("hex").slice(0, 12);
  return join(settings.daemon.state_dir, REQUESTS_FOLDER, key);
}

export interface RequestFile {
  readonly kind: "request" | "answer" | "part";
  readonly id: string;
}

/** What a name in the folder is; null for whatever is not ours. */
export function kindOfFile(name: string): RequestFile | null {
  const whole = name.endsWith(PART_ENDING) ? name.slice(0, -PART_ENDING.length) : name;
  const ending = [REQUEST_ENDING, ANSWER_ENDING].find((one) => whole.endsWith(one));
  if (ending === undefined) return null;
  const id = whole.slice(0, -ending.length);
  if (!ID.test(id)) return null;
  return { id, kind: whole !== name ? "part" : ending === REQUEST_ENDING ? "request" : "answer" };
}

export function requestPath(folder: string, id: string): string {
  return join(folder, id + REQUEST_ENDING);
}

export function answerPath(folder: string, id: string): string {
  return join(folder, id + ANSWER_ENDING);
}

/** Writes it whole: whoever sees the name can read all of it. */
export async function writeJson(path: string, value: object): Promise<void> {
  await writeWholeBehind(path, [encodeJson({ version: REQUEST_VERSION, ...value })], { fsync: false });
}

/** A request or answer that is none, or of another version. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}

type Parts<What> = Omit<Extract<Request, { readonly what: What }>, "what">;

/** What each request has beside `what`, and what is wrong with one that has not. */
const PARTS: { readonly [What in Request["what"]]: readonly [Check, string] } = {
  status: [isObject, ""],
  reload: [isObject, ""],
  parameters: [isObject, ""],
  settings: [isObject, ""],
  retry_frames: [isObject, ""],
  stop: [isObject, ""],
  retry: [shape<Parts<"retry">>({ plugin: isText }), "it names no plugin"],
  remove_parameter: [shape<Parts<"remove_parameter">>({ parameter: isText }), "it names no parameter"],
  forget_setting: [
    shape<Parts<"forget_setting">>({ setting: oneOf(...CLIENT_SETTING_KEYS) }),
    "it names no setting of clients",
  ],
  confirm: [
    shape<Parts<"confirm">>({ consumer: isText, sums: listOf(isSha256) }),
    "a consumer and checksums are needed",
  ],
  forget_consumer: [shape<Parts<"forget_consumer">>({ consumer: isText }), "it names no consumer"],
  repair_ledger: [
    shape<Parts<"repair_ledger">>({ segment: isText, line: Number.isSafeInteger, problem: isText }),
    "it does not say what is damaged",
  ],
};

function isSha256(value: unknown): boolean {
  return isText(value) && /^[0-9a-f]{64}$/.test(value);
}

/** @throws {RequestError} */
export function parseRequest(text: string): Request {
  const { version: _, ...content } = parseObject(text);
  const what = content["what"];
  if (!isText(what) || !Object.hasOwn(PARTS, what)) {
    throw new RequestError(`Cannot read the request: ${JSON.stringify(what)} is unknown`);
  }
  const [isRight, fault] = PARTS[what as Request["what"]];
  if (!isRight(content)) throw new RequestError(`Cannot read the request: ${fault}`);
  return content as Request;
}

/** @throws {RequestError} */
export function parseAnswer(text: string): Answer {
  const { value, error } = parseObject(text);
  return typeof error === "string" ? { error } : { value };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    content = null;
  }
  if (typeof content !== "object" || content === null) {
    throw new RequestError("Cannot read the file: it is not a JSON object");
  }
  const { version } = content as { version?: unknown };
  if (version !== REQUEST_VERSION) {
    const theirs = typeof version === "number" ? version : "none";
    throw new RequestError(
      `Cannot read the file: its version is ${theirs}, this program's ${REQUEST_VERSION}; use the same pewatch for both`,
    );
  }
  return content as Readonly<Record<string, unknown>>;
}
