/** Which version of a plugin is to run: the user's file, the one before it, or what is shipped. */
import type { PluginSource } from "../source.ts";

export class PluginChoice {
  readonly shipped: PluginSource | null;
  /** What lies in the plugins folder, whether it can be taken or not. */
  #user: PluginSource | null = null;
  /** Why the user's file, as it is, gave way to the shipped stage. */
  #gaveWay: string | null = null;

  constructor(shipped: PluginSource | null) {
    this.shipped = shipped;
  }

  get user(): PluginSource | null {
    return this.#user;
  }

  /** Whether it stands in the place of a stage of the way. */
  get stage(): boolean {
    return this.shipped?.essential === true;
  }

  get gaveWay(): boolean {
    return this.#gaveWay !== null;
  }

  /** Why the user's file, as it is, does not run; null where it does, or where there is none. */
  get problem(): string | null {
    return this.#gaveWay ?? this.#user?.problem ?? null;
  }

  offer(user: PluginSource | null): void {
    if (user?.hash !== this.#user?.hash || user?.problem !== this.#user?.problem) this.#gaveWay = null;
    this.#user = user;
  }

  /** What is to run; `running` itself where that may go on. */
  target(running: PluginSource | null): PluginSource | null {
    const user = this.#user;
    if (user === null || this.#gaveWay !== null) return this.shipped;
    // A file that is half saved stops nothing: the version before it goes on.
    if (user.url === null) return running?.file ? running : this.shipped;
    return running !== null && running.url === user.url && running.hash === user.hash ? running : user;
  }

  /** Frames go on whatever a file does: a user's stage gives way to the shipped one. Gives whether it does. */
  giveWay(why: string, running: PluginSource | null): boolean {
    if (!this.stage || !running?.file || this.#user === null || this.#gaveWay !== null) return false;
    // Another version lies there already, which has done nothing wrong yet.
    if (this.#user.url !== null && this.#user.hash !== running.hash) return false;
    this.#gaveWay = why;
    return true;
  }

  /** The user's file gets another chance. */
  reopen(): void {
    this.#gaveWay = null;
  }

  /** What runs in the place of the user's file, said of `problem`. */
  instead(running: PluginSource | null): string {
    if (this.#gaveWay === null && running?.file) return "the version before goes on";
    return this.stage ? "the shipped stage runs in its place" : "it does not run";
  }
}
