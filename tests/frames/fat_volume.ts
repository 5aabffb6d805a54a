/** A volume without hard links (exFAT), where Linux and the user's rights allow to mount one. */
import { TempFolder } from "../temp_folder.ts";

const SIZE_BYTES = 64 * 1024 * 1024;

export class FatVolume implements Disposable {
  readonly #folder = new TempFolder();
  #device: string | null = null;

  constructor() {
    try {
      const image = this.#folder.join("image");
      Deno.writeFileSync(image, new Uint8Array());
      Deno.truncateSync(image, SIZE_BYTES);
      said("mkfs.exfat", image);
      this.#device = said("losetup", "--show", "--find", image);
      Deno.mkdirSync(this.path);
      try {
        said("mount", "-t", "exfat", this.#device, this.path);
      } catch {
        // A kernel without it; the program of the package exfat-fuse
        said("mount.exfat-fuse", this.#device, this.path);
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  get path(): string {
    return this.#folder.join("volume");
  }

  [Symbol.dispose](): void {
    for (const [program, ...args] of [["umount", this.path], ["losetup", "--detach", this.#device ?? ""]] as const) {
      try {
        if (this.#device !== null) said(program, ...args);
      } catch {
        // it was not mounted
      }
    }
    this.#folder[Symbol.dispose]();
  }
}

/** Why there can be no such volume here; null where there can. */
export function fatObstacle(): string | null {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "it takes root on Linux";
  try {
    using _volume = new FatVolume();
    return null;
  } catch (error) {
    return `${error instanceof Error ? error.message : error} (packages exfatprogs, exfat-fuse)`;
  }
}

/** What a program says. @throws where it fails or is not there */
function said(program: string, ...args: string[]): string {
  const { success, stdout, stderr } = new Deno.Command(program, { args }).outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) throw new Error(`${program}: ${text(stderr)}`);
  return text(stdout);
}
