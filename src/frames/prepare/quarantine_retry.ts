/** Tries the frames of the quarantine once more: what can be understood now is claimed like a frame in raw. */
import { basename, dirname, join } from "node:path";
import { removeFile } from "../../files/durable.ts";
import { isMissing, messageOf, reasonOf } from "../../files/errors.ts";
import { nameIsTaken, refuseLinks } from "../../files/listing.ts";
import { assess, type Ready } from "./assess.ts";
import { type KeptFrame, madeName, readKeptFrame } from "../claim/kept_frame.ts";
import { frameOf } from "../claim/record.ts";
import type { Reporter } from "../events.ts";
import { scanRaw } from "./scan.ts";
import type { Candidate } from "./sort_names.ts";
import type { RetryOrder, StageOptions } from "../stage.ts";
import { Watch } from "./watch.ts";

/** In one firing: frames that QXRD writes now are not held up. */
const PER_FIRING_MAX = 5;
/** As long as so many frames are in progress, the quarantine waits: the work folders lie on a small RAM disk. */
const ON_THE_WAY_MAX = 20;
/** There everything has been waited for. */
const NOW = { settle_s: 0, sidecar_wait_s: 0 };

/** @param kept what lay beside the frame; null where an older version has put it there */
export type Claim = (candidate: Candidate, verdict: Ready, kept: KeptFrame | null) => Promise<unknown>;

export class QuarantineRetry {
  #id: number | null = null;
  #waiting: Candidate[] = [];
  #taken = 0;
  #kept = 0;

  /** Goes on with the order, if there is one. Never throws. */
  async work(options: StageOptions, { inProgress, claim }: { inProgress: number; claim: Claim }): Promise<void> {
    const { folders, reporter, signal } = options;
    const order = folders.retry;
    if (order === undefined) return;
    if (order.id !== this.#id) this.#begin(order, options);
    for (let tries = 0; tries < PER_FIRING_MAX && inProgress + tries < ON_THE_WAY_MAX && !signal.aborted; tries++) {
      const candidate = this.#waiting.shift();
      if (candidate === undefined) break;
      if (await this.#try(candidate, { options, claim })) this.#taken++;
      else this.#kept++;
    }
    const retried = { id: order.id, taken: this.#taken, kept: this.#kept, waiting: this.#waiting.length };
    reporter.backlog({ retried });
  }

  #begin(order: RetryOrder, { reporter }: StageOptions): void {
    this.#id = order.id;
    this.#taken = this.#kept = 0;
    this.#waiting = [];
    try {
      refuseLinks(dirname(order.path), basename(order.path));
      const scan = scanRaw(order.path);
      this.#waiting = [...scan.candidates];
      const strays = [...scan.unclaimed.get("other") ?? []].map(({ name }) => join(order.path, ...name.split("/")));
      for (const path of strays) this.#removeOrphan(path, reporter);
    } catch (error) {
      // Nothing was ever put there.
      if (!isMissing(error)) reporter.log.warn(`${order.path} cannot be read: ${messageOf(error)}`);
    }
  }

  async #try(candidate: Candidate, { options, claim }: { options: StageOptions; claim: Claim }): Promise<boolean> {
    const { settings, reporter } = options;
    const keptName = madeName(candidate.image, ".pewatch.json");
    let made: readonly string[] = [];
    let frame = frameOf(candidate);
    try {
      const kept = readKeptFrame(join(candidate.path, keptName));
      frame = frameOf(kept ?? candidate);
      made = kept === null
        ? [madeName(candidate.image, ".reason.txt")]
        : [...kept.made.filter((name) => name !== keptName), keptName];
      const set = { ...candidate, others: candidate.others.filter((name) => !made.includes(name)) };
      const verdict = assess(set, new Watch(), { ...settings.frames, ...NOW });
      if (verdict.state === "waiting" || verdict.quarantine !== null) {
        const why = verdict.state === "waiting" ? verdict.reason : verdict.quarantine;
        reporter.log.warn(`${frame}: stays in quarantine: ${why}`);
        return false;
      }
      await claim(set, verdict, kept);
      reporter.log.info(`${frame}: accepted from quarantine`);
    } catch (error) {
      reporter.log.warn(`${frame}: stays in quarantine: ${reasonOf(error)}`);
      return false;
    }
    this.#removeRest(candidate, made, options.reporter);
    return true;
  }

  /** What an earlier order was to remove beside a frame that has left, and could not: a call failed, or a stop came. */
  #removeOrphan(path: string, reporter: Reporter): void {
    if (!path.endsWith(".pewatch.json")) return;
    const [folder, name] = [dirname(path), basename(path)];
    try {
      const kept = readKeptFrame(path);
      if (kept === null || kept.files.some((file) => nameIsTaken(join(folder, file.name)))) return;
      const made = kept.made.filter((one) => one !== name && MADE_ENDINGS.some((ending) => one.endsWith(ending)));
      this.#removeRest({ path: folder }, [...made, name], reporter);
    } catch (error) {
      reporter.log.warn(`${path} cannot be read, so what belongs to it stays: ${reasonOf(error)}`);
    }
  }

  /**
   * What pewatch had made beside the frame; its description last, which says what is still to be removed. The NeXus file is
   * among it only where the description has the parameters: one of an older version may be the only place that has them,
   * and stays.
   */
  #removeRest({ path }: Pick<Candidate, "path">, names: readonly string[], reporter: Reporter): void {
    for (const name of names) {
      try {
        removeFile(join(path, name));
      } catch (error) {
        reporter.log.warn(`${join(path, name)} cannot be removed: ${reasonOf(error)}; the next retry removes it`);
        return;
      }
    }
  }
}

/** Of what is made beside a frame in quarantine. */
const MADE_ENDINGS = [".reason.txt", ".parameters", ".nxs"];
