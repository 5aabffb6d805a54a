/** A folder for one test, removed with all in it at the end of its scope. */
import { join } from "node:path";

export class TempFolder implements Disposable {
  readonly path: string;

  constructor(options: { on?: string } = {}) {
    this.path = Deno.makeTempDirSync({ prefix: "pewatch-test-", ...(options.on ? { dir: options.on } : {}) });
  }

  join(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** On the RAM disk that every Linux has: kills harm no disk, and the page cache outlives a process anyway. */
export function inMemory(): { on?: string } {
  return Deno.build.os === "linux" ? { on: "/dev/shm" } : {};
}
