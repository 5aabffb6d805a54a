/** The settings' types, with the keys' own spelling, and the defaults. Workers load this: of the schema only types. */
import * as path from "node:path";
import type { InferOutput } from "valibot";
import type { settingsSchema } from "./schema.ts";

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** A whole configuration. Every path is absolute, but `output_dir` and `archive_dir`, which are below the output root. */
export type Settings = DeepReadonly<InferOutput<typeof settingsSchema>>;
export type FolderSettings = Settings["folders"];
export type DarkSettings = Settings["dark"];
export type MappedKey = Settings["nexus"]["map"][number];
export type BeamlineSettings = Settings["beamline"];
export type DetectorSettings = Settings["detector"];
export type GeometrySettings = Settings["geometry"];
export type TangoSettings = Settings["tango"];
export type HttpSettings = Settings["http"];
export type LogSettings = Settings["log"];

/**
 * What holds where no configuration says otherwise, with every folder below `base`, an absolute path. A compiled
 * program's loader puts state, plugins and log beside the executable instead (load.ts).
 */
export function defaultSettings(base: string, join: (...parts: string[]) => string = path.join): Settings {
  return {
    daemon: { ticktack: 1, multiplier: 3, max_proc: 5, state_dir: join(base, "state") },
    folders: {
      raw: join(base, "raw"),
      temp: join(base, "temp"),
      proc: join(base, "proc"),
      output_root: join(base, "output"),
      output_dir: "",
      allowed: [],
    },
    frames: { settle_s: 0.2, sidecar_wait_s: 30, verify: "compare", checksum: "sha256", fsync: true },
    deliver: { confirm: [], confirm_mib_max: 1024 },
    ledger: { keep_days: 0 },
    dark: { policy: "delete", archive_dir: "dark", reference: false },
    tiff: { tags: true, image_description: false },
    nexus: { image: "embed", compression: "none", profile: "base", series: false, map: [] },
    beamline: {},
    source: {},
    detector: {},
    geometry: { files: [], beside: "frame" },
    sample: {},
    user: {},
    plugins: { dir: join(base, "plugins"), time_limit_s: 300, memory_limit_mib: 512, failures_max: 5, tables: {} },
    tango: {
      enabled: false,
      server: "PEWatchDaemon",
      instance: "1",
      device: "pewatch/daemon/1",
      database: "",
      endpoint: "",
    },
    http: { enabled: true, address: "127.0.0.1", port: 8099, token: "", hosts: [] },
    log: { level: "info", file: join(base, "logs", "pewatch.log"), size_mib_max: 10, files_max: 5 },
  };
}

/** Where frames are delivered just now. */
export function outputFolder({ folders }: Settings): string {
  return path.join(folders.output_root, folders.output_dir);
}
