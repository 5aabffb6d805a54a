/** A running pewatch whose page is looked at. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Run, StartOptions } from "../e2e/child.ts";
import { Place, type Tables } from "../e2e/harness.ts";
import { simulate } from "../../src/qxrd/simulator/simulate.ts";

export const TOKEN = "of-the-tests-of-the-page";

/** What the answer to an order may say; figures are those of a ledger's consumer and of confirmed sets. */
type Answer =
  & { readonly text?: string; readonly error?: string }
  & Readonly<
    Partial<Record<"sequence" | "found" | "removed" | "waiting", number>>
  >;

export class PageDaemon implements AsyncDisposable {
  readonly place: Place;
  url = "";
  run: Run | null = null;
  readonly #options: StartOptions;
  #port = 0;
  readonly #tables: Tables;

  /** @param options with another program, nothing is kept beside that */
  constructor(tables: Tables = {}, options: StartOptions = {}) {
    this.#options = options;
    this.place = new Place();
    this.#tables = options.program === undefined ? tables : { ...keptIn(this.place), ...tables };
  }

  /** Again on the port of before. */
  async start(): Promise<void> {
    const http = { enabled: true, port: this.#port, token: TOKEN, ...this.#tables["http"] };
    this.place.configure({ ...this.#tables, http });
    this.run = await this.place.start(this.#options).running();
    const { message } = await this.run.says(/^page: http/);
    this.url = /http:\S+\//.exec(message)![0];
    this.#port = Number(new URL(this.url).port);
  }

  /** The JSON that is there. */
  async read<T>(path: string): Promise<T> {
    const response = await fetch(this.url + path);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return JSON.parse(text);
  }

  async text(path: string): Promise<string> {
    return await (await fetch(this.url + path)).text();
  }

  /** An order: its status, and what the answer says. */
  async post(path: string, { token = TOKEN, body = "" }: { token?: string; body?: string | object } = {}) {
    const response = await fetch(this.url + path, {
      method: "POST",
      headers: token === "" ? {} : { authorization: `Bearer ${token}` },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, ...await response.json() as Answer };
  }

  /** Frames of the simulated detector, one number on from those before. */
  async simulate(count: number, { width = 256, firstNumber = 1 } = {}): Promise<string[]> {
    const names: string[] = [];
    const options = { folder: this.place.raw, base: "S", count, width, rate_per_s: 0, firstNumber };
    for await (const { imagePath } of simulate(options)) names.push(imagePath.split("/").at(-1)!);
    return names;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run?.[Symbol.asyncDispose]();
    this.place[Symbol.dispose]();
  }
}

/** Executables are used by many tests at once. */
function keptIn({ path }: Place): Tables {
  return {
    daemon: { ticktack: 0.1, state_dir: join(path, "state") },
    plugins: { dir: join(path, "plugins") },
    log: { file: join(path, "pewatch.log") },
  };
}
