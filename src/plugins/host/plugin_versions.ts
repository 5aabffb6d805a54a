/** The versions of one plugin: the shipped one, the user's file, the one that runs, and the one that should run. */
import type { PluginSource } from "../source.ts";

export class PluginVersions {
  readonly shipped: PluginSource | null;
  /** The version of the last worker that was started; null before the first, and after the file was removed. */
  running: PluginSource | null = null;
  /** The file in the plugins folder, whether it can be taken or not. */
  #user: PluginSource | null = null;
  /** Why the user's file, as it is, gave way to the shipped stage. */
  #gaveWay: string | null = null;

  constructor(shipped: PluginSource | null) {
    this.shipped = shipped;
  }

  get user(): PluginSource | null {
    return this.#user;
  }

  /** Whether the plugin is a stage, or replaces one. */
  get stage(): boolean {
    return this.shipped?.essential === true;
  }

  /** Whether there is no version, and none runs. */
  get gone(): boolean {
    return this.shipped === null && this.#user === null && this.running === null;
  }

  get gaveWay(): boolean {
    return this.#gaveWay !== null;
  }

  /** Why the user's file, as it is, does not run; null where it does, or where there is none. */
  get problem(): string | null {
    return this.#gaveWay ?? this.#user?.problem ?? null;
  }

  /** Whether the user's file runs. */
  get runsUsers(): boolean {
    return this.running !== null && this.running.file !== null;
  }

  /** Whether the shipped version runs, or is about to. */
  get runsShipped(): boolean {
    return this.shipped !== null && this.target === this.shipped;
  }

  /** The version that is to run; `running` itself where that may go on. */
  get target(): PluginSource | null {
    const [user, running] = [this.#user, this.running];
    if (user === null || this.#gaveWay !== null) return this.shipped;
    // A file that is half saved stops nothing: the version before it goes on.
    if (user.url === null) return this.runsUsers ? running : this.shipped;
    return running !== null && running.url === user.url && running.hash === user.hash ? running : user;
  }

  /** Hashes of what is imported or about to be. */
  get hashes(): string[] {
    return [this.#user, this.running].flatMap((source) => source?.hash ? [source.hash] : []);
  }

  /** For the status. */
  get shown() {
    const { running, shipped, stage, problem } = this;
    return {
      file: running === null ? this.#user?.file ?? null : running.file,
      replaces: shipped !== null && this.runsUsers,
      version: running?.hash.slice(0, 8) ?? "",
      essential: stage,
      problem,
    };
  }

  get shippedText(): string {
    return this.stage ? "the shipped stage" : "the shipped plugin";
  }

  /** What runs instead of the user's file: follows `problem` in a message. */
  get instead(): string {
    if (this.#gaveWay === null && this.runsUsers) return "the previous version keeps running";
    return this.shipped === null ? "it does not run" : `${this.shippedText} runs in its place`;
  }

  offer(user: PluginSource | null): void {
    if (user?.hash !== this.#user?.hash || user?.problem !== this.#user?.problem) this.#gaveWay = null;
    this.#user = user;
  }

  /** So that frames go on whatever a file does, the shipped stage replaces a user's. Returns whether it does. */
  giveWay(why: string): boolean {
    if (!this.stage || !this.running?.file || this.#user === null || this.#gaveWay !== null) return false;
    // The folder has another version by now, which has not failed yet.
    if (this.#user.url !== null && this.#user.hash !== this.running.hash) return false;
    this.#gaveWay = why;
    return true;
  }

  /** The user's file gets another chance. */
  reopen(): void {
    this.#gaveWay = null;
  }
}
