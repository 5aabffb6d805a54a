/** A volume of its own in memory, as an output is to a RAM disk: where both are one, files can be shared or moved. */
import { Workspace } from "./workspace.ts";

export class RamVolume extends Workspace {
  /** False where this user cannot mount: then it is a folder beside the others. */
  readonly isOwn: boolean;

  constructor(ram: string) {
    super(ram);
    this.isOwn = mount(this.path);
  }

  override [Symbol.dispose](): void {
    if (this.isOwn) run("umount", ["--lazy", this.path]);
    super[Symbol.dispose]();
  }
}

/** For a table's title. */
export function volumes({ isOwn }: RamVolume): string {
  return isOwn ? ", from one volume to another" : ", within one volume";
}

function mount(path: string): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  return run("mount", ["-t", "tmpfs", "tmpfs", path]);
}

function run(command: string, args: string[]): boolean {
  try {
    return new Deno.Command(command, { args, stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
