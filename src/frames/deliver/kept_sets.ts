/**
 * Delete after confirmation: with `[deliver] confirm` a delivered claim is not removed but becomes `proc/.kept-ID`, until
 * each named consumer has confirmed the SHA-256 of its image. The space that they take is bounded, so that no consumer
 * can hold up a frame: beyond it the oldest are removed, each with a log line.
 */
import { basename, join } from "node:path";
import { sha256OfFile } from "../../files/copy/digest.ts";
import { whileHeldOpen } from "../../files/durable.ts";
import { isMissing, messageOf, reasonOf } from "../../files/errors.ts";
import { readJson, writeJson } from "../../files/json_file.ts";
import { isCount, isText, listOf, oneOf, orAbsent, shape } from "../../files/json_shape.ts";
import { listFolder, statOf } from "../../files/listing.ts";
import { CONFIRMED_NAME, KEPT_PREFIX } from "../../files/service_names.ts";
import { counted } from "../../log/counted.ts";
import { Once } from "../../log/logger.ts";
import { checkClaim } from "../claim/belief.ts";
import { discardClaim, isDone, listUnfinished } from "../claim/claim.ts";
import { allOf } from "../claim/draining_folders.ts";
import { type ClaimRecord, frameOf, readRecord } from "../claim/record.ts";
import type { ConfirmOrder, DoneLines, PluginProgress, StageOptions } from "../stage.ts";

interface Confirmed {
  readonly version: 1;
  readonly names: readonly string[];
  /** Of its line in the ledger. Sets that earlier versions kept have none. */
  readonly sequence?: number;
}

interface KeptSet {
  readonly path: string;
  readonly record: ClaimRecord;
  /** In bytes. */
  readonly size: number;
  readonly confirmed: readonly string[];
  readonly sequence: number | undefined;
}

/**
 * Instead of the removal of a claim whose frame is delivered and has its line.
 * @param sequence of that line; undefined where no ledger is kept
 */
export async function keepClaim(
  claim: string,
  sequence: number | undefined,
  options: { readonly fsync: boolean },
): Promise<void> {
  if (sequence !== undefined) {
    writeJson(join(claim, CONFIRMED_NAME), { version: 1, names: [], sequence } satisfies Confirmed, options);
  }
  const kept = join(claim, "..", KEPT_PREFIX + basename(claim));
  await whileHeldOpen(() => Deno.renameSync(claim, kept));
}

/** One of the stage. */
export class KeptSets {
  /** SHA-256 of images, by claims; computed where somebody confirms one. */
  readonly #sums = new Map<string, string>();
  /** The last order, and what came of it. */
  #order: number | undefined;
  readonly #reported = new Once();

  /** One firing; never throws. */
  async work(options: StageOptions): Promise<void> {
    const { folders, settings, reporter } = options;
    try {
      const names = settings.deliver.confirm;
      const all = allOf(folders, "proc").flatMap((proc) => this.#in(proc, options));
      const order = folders.confirm;
      const isNew = order !== undefined && order.id !== this.#order;
      if (all.length === 0 && !isNew) return reporter.condition({ key: "confirm", message: null });
      const left: KeptSet[] = [];
      const found = new Set<string>();
      let removed = 0;
      for (const set of all) {
        const news = [...doneWith(set, folders.progress), ...isNew ? this.#confirmedBy(set, order, found) : []];
        const confirmed = noteNames(set, news, settings.frames);
        const isDue = names.every((name) => confirmed.confirmed.includes(name));
        // In a folder that is being left, nothing may stay.
        if (!isDue && set.path.startsWith(folders.proc)) left.push(confirmed);
        else if (await this.#remove(set, options)) removed++;
      }
      if (isNew) {
        this.#order = order.id;
        const { id } = order;
        reporter.backlog({ confirmed: { id, found: found.size, removed, waiting: left.length } });
      }
      await this.#bound(left, options);
    } catch (error) {
      // The delivery reports a folder that is away.
      if (isMissing(error)) return;
      this.#reportOnce(
        `sets in ${folders.proc} that wait for their confirmation cannot be listed: ${reasonOf(error)}; retrying`,
        options,
      );
    }
  }

  #in(proc: string, options: StageOptions): KeptSet[] {
    return listUnfinished(proc, KEPT_PREFIX).flatMap((name): KeptSet[] => {
      const path = join(proc, name);
      try {
        const record = readRecord(path);
        if (record !== null) return [this.#read(path, record, options)];
        if (!isDone(path)) throw new Error("it has no claim record");
        // A stop came while it was removed.
        void discardClaim(path).catch(() => {});
      } catch (error) {
        this.#reportOnce(`${path} stays there, since it cannot be used: ${messageOf(error)}`, options);
      }
      return [];
    });
  }

  /** @throws RecordError, LinkInPathError for what was not put there by pewatch; the system's error */
  #read(path: string, record: ClaimRecord, { folders }: StageOptions): KeptSet {
    checkClaim(path, record, folders);
    const size = listFolder(path).files.reduce((sum, file) => sum + (statOf(join(path, file))?.size ?? 0), 0);
    const kind = { bytesMax: 65_536, what: "a list of confirmations", isRight: isConfirmed };
    const { names: confirmed = [], sequence } = readJson(join(path, CONFIRMED_NAME), kind) ?? {};
    return { path, record, size, confirmed, sequence };
  }

  #confirmedBy({ path, record }: KeptSet, { consumer, sums }: ConfirmOrder, found: Set<string>): readonly string[] {
    const sum = this.#sums.get(path) ?? sha256OfFile(join(path, record.image));
    this.#sums.set(path, sum);
    if (!sums.includes(sum)) return [];
    found.add(sum);
    return [consumer];
  }

  async #remove({ path }: KeptSet, options: StageOptions): Promise<boolean> {
    this.#sums.delete(path);
    try {
      await discardClaim(path);
      return true;
    } catch (error) {
      this.#reportOnce(`${path} cannot be removed: ${reasonOf(error)}; retrying`, options);
      return false;
    }
  }

  async #bound(sets: readonly KeptSet[], options: StageOptions): Promise<void> {
    const { settings, reporter } = options;
    const { confirm, confirm_mib_max } = settings.deliver;
    const bound = confirm_mib_max * 1024 * 1024;
    const waiting = [...sets];
    let size = waiting.reduce((sum, set) => sum + set.size, 0);
    while (size > bound && waiting.length > 0) {
      const oldest = waiting.shift()!;
      size -= oldest.size;
      if (!await this.#remove(oldest, options)) continue;
      const missing = confirm.filter((name) => !oldest.confirmed.includes(name)).join(", ");
      reporter.log.warn(
        `${frameOf(oldest.record)}: removed from proc without the confirmation of ${missing}: more than ` +
          `confirm_mib_max = ${confirm_mib_max} wait; it stays in the output`,
      );
    }
    const names = confirm.filter((name) => waiting.some(({ confirmed }) => !confirmed.includes(name)));
    // Some wait at any time: it is a fault when the bound comes near.
    const message = size < bound / 2
      ? null
      : `${counted(waiting.length, "delivered set waits", "delivered sets wait")} ` +
        `in proc until ${names.join(", ")} ${names.length === 1 ? "has" : "have"} confirmed them; beyond ` +
        `confirm_mib_max = ${confirm_mib_max} the oldest are removed`;
    reporter.condition({ key: "confirm", message });
  }

  #reportOnce(text: string, { reporter }: StageOptions): void {
    if (this.#reported.isFirst(text)) reporter.log.warn(text);
  }
}

const isConfirmed = shape<Confirmed>({ version: oneOf(1), names: listOf(isText), sequence: orAbsent(isCount) });

/** Plugins confirm what they are done with. */
function doneWith({ sequence }: KeptSet, progress: readonly PluginProgress[] = []): readonly string[] {
  if (sequence === undefined) return [];
  return progress.filter(({ streams }) => isDoneBy(streams, sequence)).map(({ consumer }) => consumer);
}

/** Written down, since a restart asks nobody again. */
function noteNames(set: KeptSet, news: readonly string[], options: { readonly fsync: boolean }): KeptSet {
  const { path, sequence } = set;
  const names = [...new Set([...set.confirmed, ...news])];
  if (names.length === set.confirmed.length) return set;
  const confirmed: Confirmed = { version: 1, names, ...sequence === undefined ? {} : { sequence } };
  writeJson(join(path, CONFIRMED_NAME), confirmed, options);
  return { ...set, confirmed: names };
}

function isDoneBy(streams: readonly DoneLines[], sequence: number): boolean {
  return streams.length > 0 &&
    streams.every(({ after, upTo, except }) => sequence > after && sequence <= upTo && !except.includes(sequence));
}
