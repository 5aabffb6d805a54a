/** Runs a program on a terminal of its own, as a person's: the console of Windows, under Wine. */

/**
 * Python has what it takes; its input is what is typed. It ends with the program: waiting for the terminal's own end would
 * be waiting for Wine's helpers too, which hold it as long as any other program runs in Wine.
 */
const SCRIPT = `
import os, pty, sys, threading
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
def copy(source, target):
    try:
        while data := os.read(source, 65536):
            os.write(target, data)
    except OSError:
        pass  # the other side is closed
threading.Thread(target=copy, args=(0, terminal), daemon=True).start()
shown = threading.Thread(target=copy, args=(terminal, 1), daemon=True)
shown.start()
status = os.waitpid(pid, 0)[1]
shown.join(1)
os._exit(os.waitstatus_to_exitcode(status) & 255)
`;
export const CTRL_C = "\x03";
/** What hangs is ended. */
const TIME_LIMIT_MS = 240_000;

export class Terminal implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reading: Promise<void>;
  readonly #timer: ReturnType<typeof setTimeout>;
  #text = "";
  #changed = Promise.withResolvers<void>();
  #ended = false;

  constructor(command: string, options: { args?: string[]; cwd: string; env: Record<string, string> }) {
    const args = ["-c", SCRIPT, command, ...options.args ?? []];
    this.#child = new Deno.Command("python3", { ...options, args, stdin: "piped", stdout: "piped", stderr: "inherit" })
      .spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#timer = setTimeout(() => this.#child.kill("SIGKILL"), TIME_LIMIT_MS);
    this.#reading = this.#read();
  }

  /** What was shown, without what moves the cursor, and with its lines joined where the terminal's edge broke them. */
  get text(): string {
    return this.#text;
  }

  /** @throws {Error} where the program ends before, with what it showed */
  async shows(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#text)) {
      if (this.#ended) throw new Error(`${pattern} was not shown:\n${this.#text}`);
      await this.#changed.promise;
    }
  }

  async type(keys: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(keys));
  }

  /** Its exit code, when it has ended. */
  async code(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  async #read(): Promise<void> {
    let raw = "";
    for await (const part of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      raw += part;
      this.#text = withoutControls(raw);
      this.#wake();
    }
    this.#ended = true;
    this.#wake();
  }

  #wake(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers<void>();
    resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#ended) this.#child.kill("SIGKILL");
    await this.#input.close().catch(() => {});
    await this.code();
  }
}

function withoutControls(raw: string): string {
  // deno-lint-ignore no-control-regex
  return raw.replace(/\r\n(?=[^\n]*\x1b\[K)/g, "").replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "").replaceAll("\r", "");
}
