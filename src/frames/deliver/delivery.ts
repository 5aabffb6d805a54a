/** What each part of a delivery is given; apart, since deliveries to the output and to the quarantine both take it. */
import { join } from "node:path";
import { publish, whileHeldOpen } from "../../files/durable.ts";
import type { Settings } from "../../config/settings.ts";
import type { FrameLedger } from "../../ledger/line.ts";
import type { Logger } from "../../log/logger.ts";
import type { FrameFolders } from "../stage.ts";
import type { DeliveryPool } from "./delivery_pool.ts";
import type { PartSweep } from "./part_sweep.ts";
import type { StemChooser } from "./destination.ts";
import { reasonOf } from "../../files/errors.ts";

export interface Delivery {
  readonly folders: FrameFolders;
  readonly settings: Settings;
  readonly pool: DeliveryPool;
  readonly stems: StemChooser;
  readonly times: FileTimes;
  readonly parts: PartSweep;
  readonly log: Logger;
  readonly ledger: FrameLedger | undefined;
  /** How often this claim has failed before. */
  readonly failures?: number;
  /** How many workers may copy; 0 for the calling thread alone. */
  readonly workers: number;
}

/**
 * Gives a part that is written its name, with the time of its original.
 * @throws Deno.errors.AlreadyExists where the name is taken; the system's error
 */
export async function namePart(
  part: string,
  to: { readonly folder: string; readonly name: string; readonly modified_ms: number },
  delivery: Pick<Delivery, "times" | "parts">,
): Promise<void> {
  delivery.times.keep(part, to);
  const isGone = await whileHeldOpen(() => publish(part, join(to.folder, to.name)));
  if (!isGone) delivery.parts.mayHaveLeft(to.folder);
}

/** Gives delivered files the times that the originals had: people and scripts sort by them. */
export class FileTimes {
  log: Logger | null = null;
  /** Folders whose volume has refused a time. */
  readonly #refused = new Set<string>();

  /** Before the file has its name, so that a watcher sees one time only. Where a volume refuses it, one line says so. */
  keep(path: string, of: { readonly modified_ms: number; readonly folder: string }): void {
    if (of.modified_ms <= 0) return;
    const time = new Date(of.modified_ms);
    try {
      Deno.utimeSync(path, time, time);
    } catch (error) {
      if (this.#refused.has(of.folder)) return;
      if (this.#refused.size >= REMEMBERED_MAX) this.#refused.clear();
      this.#refused.add(of.folder);
      this.log?.warn(
        `${of.folder}: the volume refuses to set times of files; delivered files have the time of their delivery: ${
          reasonOf(error)
        }`,
      );
    }
  }
}

/** Forgetting costs one more line. */
const REMEMBERED_MAX = 1000;
