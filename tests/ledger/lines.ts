/** A ledger in a temporary folder, and entries for it. */
import { join } from "node:path";
import { Ledger, type LedgerOptions } from "../../src/ledger/ledger.ts";
import type { DeliveredEntry, Receipt } from "../../src/ledger/line.ts";
import { TempFolder } from "../temp_folder.ts";

export function deliveredEntry(number: number, more: Partial<DeliveredEntry> = {}): DeliveredEntry {
  const name = `P-${String(number).padStart(5, "0")}`;
  return {
    type: "delivered",
    claim: `claim-${number}`,
    frame: `${name}.tif`,
    root: "/data/out",
    folder: "series",
    files: [{ name: `${name}.tif`, role: "image", size: 100 + number, sha256: "ab".repeat(32) }],
    dark: false,
    again: false,
    bytes: 100 + number,
    latency_s: 0.25,
    written: "2026-01-01T00:00:00.000Z",
    parameters: 2,
    referenceDark: null,
    notes: [],
    fromQuarantine: false,
    ...more,
  };
}

export class LedgerPlace implements Disposable {
  readonly #folder = new TempFolder();
  readonly logged: string[] = [];
  readonly faults: (string | null)[] = [];

  get state(): string {
    return this.#folder.path;
  }

  get folder(): string {
    return join(this.state, "ledger");
  }

  open(options: Partial<LedgerOptions> = {}): Ledger {
    const say = (text: string) => void this.logged.push(text);
    return new Ledger({
      stateDir: this.state,
      log: { debug: say, info: say, warn: say, error: say },
      settings: () => ({ fsync: true, keep_days: 0 }),
      onFault: (message) => void this.faults.push(message),
      ...options,
    });
  }

  /** Opens the ledger, writes deliveries of these numbers, one after the other, and closes it. */
  async write(numbers: readonly number[], options: Partial<LedgerOptions> = {}): Promise<Receipt[]> {
    const ledger = this.open(options);
    const receipts: Receipt[] = [];
    for (const number of numbers) receipts.push(await ledger.append(deliveredEntry(number)));
    await ledger.close();
    return receipts;
  }

  segments(): string[] {
    return [...Deno.readDirSync(this.folder)].map(({ name }) => name).filter((name) => name.endsWith(".jsonl")).sort();
  }

  lines(): string[] {
    return this.segments().flatMap((name) => Deno.readTextFileSync(join(this.folder, name)).trimEnd().split("\n"));
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}
