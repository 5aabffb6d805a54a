/** What each part of a delivery is given; apart, since deliveries to the output and to the quarantine both take it. */
import type { Settings } from "../../config/settings.ts";
import type { Logger } from "../../log/logger.ts";
import type { FrameFolders } from "../stage.ts";
import type { DeliveryPool } from "./delivery_pool.ts";
import type { StemChooser } from "./destination.ts";
import type { FileTimes } from "./file_times.ts";

export interface Delivery {
  readonly folders: FrameFolders;
  readonly settings: Settings;
  readonly pool: DeliveryPool;
  readonly stems: StemChooser;
  readonly times: FileTimes;
  readonly log: Logger;
  /** How often this claim has failed before. */
  readonly failures?: number;
  /** How many workers may copy; 0 for the calling thread alone. */
  readonly workers: number;
}
