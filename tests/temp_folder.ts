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
