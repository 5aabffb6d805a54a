/** A volume of a few kilobytes, where Linux and the user's rights allow to make one. */
import { TempFolder } from "../../temp_folder.ts";

export class SmallVolume implements Disposable {
  readonly #folder = new TempFolder();

  constructor(sizeKib: number) {
    if (!mount(["-t", "tmpfs", "-o", `size=${sizeKib}k`, "tmpfs", this.#folder.path])) {
      this.#folder[Symbol.dispose]();
      throw new Error("Cannot mount a small volume");
    }
  }

  get path(): string {
    return this.#folder.path;
  }

  join(name: string): string {
    return this.#folder.join(name);
  }

  [Symbol.dispose](): void {
    new Deno.Command("umount", { args: ["--lazy", this.#folder.path] }).outputSync();
    this.#folder[Symbol.dispose]();
  }
}

/** Whether this user can mount. */
export function canMount(): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  try {
    using _volume = new SmallVolume(64);
    return true;
  } catch {
    return false;
  }
}

function mount(args: string[]): boolean {
  try {
    return new Deno.Command("mount", { args, stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
