/** Takes requests of the program's other commands out of a folder, does what they ask for, and answers them. */
import { basename, dirname, join } from "node:path";
import type { Logger } from "../../log/logger.ts";
import { mayBeHeldOpen, messageOf } from "../../files/errors.ts";
import { freeName, makeOwnFolder, readExisting } from "../../files/plain_file.ts";
import { REQUESTS_FOLDER } from "../../files/service_names.ts";
import { FolderLock } from "../settings/folder_lock.ts";
import {
  type Answer,
  answerPath,
  FORGOTTEN_MS,
  kindOfFile,
  parseRequest,
  type Request,
  REQUEST_BYTES_MAX,
  RequestError,
  requestPath,
  writeJson,
} from "./request_files.ts";

type Answered = Exclude<Request, { readonly what: "stop" }>;

/**
 * What the daemon does on request, each at once or within a second, and what it answers. An error that is thrown becomes
 * the answer.
 */
export type RequestHandlers = {
  readonly [What in Answered["what"]]: (request: Extract<Answered, { readonly what: What }>) => unknown;
};

export interface RequestsOptions {
  readonly folder: string;
  readonly handlers: RequestHandlers;
  /** Called when the answer is written. Null where the program cannot be asked to stop. */
  readonly onStop: (() => void) | null;
  readonly log: Logger;
  readonly now_ms?: () => number;
}

/** More at once come from no person; the others wait for the next poll. */
const REQUESTS_PER_POLL_MAX = 16;
/** Whose file cannot be removed is remembered, so that it is not done again at each tick; no more than so many. */
const REMEMBERED_MAX = 1000;

export class Requests {
  readonly #options: RequestsOptions;
  readonly #now_ms: () => number;
  #lock: FolderLock;
  readonly #done = new Set<string>();
  #polling: Promise<void> | null = null;
  #complained = false;

  private constructor(options: RequestsOptions, lock: FolderLock) {
    this.#options = options;
    this.#now_ms = options.now_ms ?? Date.now;
    this.#lock = lock;
  }

  /**
   * Makes the folder and says in it, by a lock, that a daemon is here. What lay in it before was meant for a daemon that
   * has ended, and is removed: an old request to stop would end this one.
   * @returns null where the folder cannot be used; that is logged, and the daemon does without
   */
  static open(options: RequestsOptions): Requests | null {
    const { folder, log } = options;
    let lock: FolderLock | null = null;
    try {
      makeRequestFolder(folder);
      // Listed before the lock is taken: whoever sees the lock may write a request, and that one is for this daemon.
      const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
      lock = FolderLock.take([folder]);
      const requests = new Requests(options, lock);
      for (const name of names) {
        const file = kindOfFile(name);
        if (file === null) continue;
        try {
          freeName(join(folder, name));
        } catch (error) {
          requests.#remember(file.id);
          log.warn(`${join(folder, name)} of an earlier daemon cannot be removed and is ignored: ${messageOf(error)}`);
        }
      }
      return requests;
    } catch (error) {
      lock?.release();
      log.warn(
        `${folder}: cannot be used for requests, so pewatch stop, retry, plugins, parameters and settings cannot reach this daemon: ${
          messageOf(error)
        }`,
      );
      return null;
    }
  }

  /** Looks for requests once; does nothing while the last look is in progress. Never rejects. */
  poll(): Promise<void> {
    this.#polling ??= this.#look().finally(() => this.#polling = null);
    return this.#polling;
  }

  /** Takes no more requests; whoever waits sees by the lock that the daemon is gone. */
  async close(): Promise<void> {
    await this.#polling;
    this.#lock.release();
  }

  async #look(): Promise<void> {
    const { folder, log } = this.#options;
    try {
      if (this.#lock.isLost()) this.#makeAnew();
      let requests = 0;
      // Asynchronously, each look would wake the thread twice more.
      for (const { name, isFile } of Deno.readDirSync(folder)) {
        const file = isFile ? kindOfFile(name) : null;
        if (file === null) continue;
        if (file.kind !== "request") await this.#removeForgotten(join(folder, name));
        else if (!this.#done.has(file.id) && requests++ < REQUESTS_PER_POLL_MAX) await this.#take(file.id);
      }
      this.#complained = false;
    } catch (error) {
      // A folder that is gone says so once, not at each tick.
      if (!this.#complained) log.warn(`${folder}: cannot be read for requests: ${messageOf(error)}`);
      this.#complained = true;
    }
  }

  /** Somebody has removed the folder, or its lock: other commands find the daemon by them. */
  #makeAnew(): void {
    const { folder, log } = this.#options;
    makeRequestFolder(folder);
    const lock = FolderLock.take([folder]);
    this.#lock.abandon();
    this.#lock = lock;
    log.warn(`${folder} was removed while pewatch ran; it has been made again`);
  }

  async #removeForgotten(path: string): Promise<void> {
    try {
      const written = (await Deno.lstat(path)).mtime?.getTime() ?? 0;
      if (this.#now_ms() - written > FORGOTTEN_MS) await Deno.remove(path);
    } catch {
      // its owner was quicker
    }
  }

  async #take(id: string): Promise<void> {
    const { folder, log } = this.#options;
    const path = requestPath(folder, id);
    let text: string;
    try {
      text = readBounded(path);
    } catch (error) {
      if (error instanceof RequestError) return await this.#reply(id, { error: error.message }, path);
      // Gone again, or a virus scanner holds it for the moment: then the next tick reads it.
      if (!(error instanceof Deno.errors.NotFound) && !mayBeHeldOpen(error)) this.#remember(id);
      return;
    }
    // Before it is done: a daemon that dies of a request does not meet it again.
    await this.#removeTaken(id, path);
    try {
      const request = parseRequest(text);
      log.debug(`request: ${text.trim()}`);
      if (request.what === "stop") await this.#stop(id);
      else await this.#reply(id, { value: await this.#answer(request) ?? null });
    } catch (error) {
      await this.#reply(id, { error: messageOf(error) });
    }
  }

  #answer(request: Answered): unknown {
    const handle = this.#options.handlers[request.what] as (request: Answered) => unknown;
    return handle(request);
  }

  async #stop(id: string): Promise<void> {
    const { onStop } = this.#options;
    if (onStop === null) throw new Error("this program cannot be asked to stop");
    await this.#reply(id, { value: null });
    onStop();
  }

  async #reply(id: string, answer: Answer, taken?: string): Promise<void> {
    const { folder, log } = this.#options;
    if (taken !== undefined) await this.#removeTaken(id, taken);
    try {
      await writeJson(answerPath(folder, id), answer);
    } catch (error) {
      log.warn(`${folder}: the answer to a request cannot be written: ${messageOf(error)}`);
    }
  }

  async #removeTaken(id: string, path: string): Promise<void> {
    try {
      await Deno.remove(path);
    } catch {
      this.#remember(id);
    }
  }

  #remember(id: string): void {
    if (this.#done.size >= REMEMBERED_MAX) this.#done.clear();
    this.#done.add(id);
  }
}

function makeRequestFolder(folder: string): void {
  makeOwnFolder(dirname(dirname(folder)), `${REQUESTS_FOLDER}/${basename(folder)}`);
}

/** @throws {RequestError} where it is larger than any request; NotFound */
function readBounded(path: string): string {
  try {
    return new TextDecoder().decode(readExisting(path, REQUEST_BYTES_MAX));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RequestError(`Cannot read the request: it is larger than ${REQUEST_BYTES_MAX} bytes`);
  }
}
