/** What is known of one frame when its NeXus file is written, and what the writer says of the file it made. */
import type { CurrentCalibration } from "../../geometry/calibration_file.ts";
import type { Settings } from "../../config/settings.ts";
import type { Sidecar } from "../../qxrd/sidecar.ts";
import type { SidecarView } from "../../qxrd/view.ts";
import type { TiffLayout } from "../../tiff/layout.ts";
import type { ChunkedPixels } from "../chunks/chunk_layout.ts";
import type { ParameterReading } from "../../parameters/parameter.ts";

/** A dark image to be kept beside a frame. */
export interface ReferenceDark {
  /** Its own file name: "P-00000.dark.tif". */
  readonly imageName: string;
  /** Its path below the raw folder, forward slashes. */
  readonly frame: string;
  /** Where it is kept. */
  readonly path: string;
  readonly layout: TiffLayout;
  readonly sidecar: Sidecar;
  readonly view: SidecarView;
  /** When QXRD wrote it. */
  readonly writtenAt: Date;
}

export interface FrameFacts {
  /** The image's file name without folder: "P-00001.tif". */
  readonly imageName: string;
  /** Null where the image could not be understood. */
  readonly layout: TiffLayout | null;
  /** Null where there is none, or none that can be read. */
  readonly sidecar: Sidecar | null;
  /** Null too where the sidecar belongs to another image: then no number of it describes this one. */
  readonly view: SidecarView | null;
  /** What is wrong with the sidecar; null where nothing is. */
  readonly sidecarProblem: string | null;
  readonly settings: Pick<Settings, "nexus" | "beamline" | "source" | "detector" | "sample" | "user">;
  /** What `[detector] poni` names; none where absent. */
  readonly calibration?: Pick<CurrentCalibration, "calibration" | "note">;
  /** What went otherwise than usual ("not tagged: compressed"); each ends up in /entry/process. */
  readonly notes: readonly string[];
  /** Each at its own path, or as /entry/instrument/parameters/NAME. */
  readonly parameters: readonly ParameterReading[];
  /** Whether an image of this stem is there too, in raw or in the output: distinguishes a series' number from a taken name's. */
  readonly isThere?: (stem: string) => boolean;
  /** Pixels that QXRD's list calls overflowed: row * width + column, ascending. */
  readonly overflow?: Uint32Array;
  readonly dark: boolean;
  readonly referenceDark: ReferenceDark | null;
  /** When QXRD wrote the frame; the time where no sidecar says it. */
  readonly writtenAt: Date;
  /** IANA name of the zone of the sidecar's local times; this computer's where absent. */
  readonly timeZone?: string | undefined;
  /** Reserves a place for the TIFF's SHA-256. */
  readonly checksum: boolean;
}

/** Where the image's bytes go between the two parts of the file on disk. */
export interface Splice {
  /** Offset of the first pixel in the delivered file, which is the head's length. */
  readonly at: number;
  /** Offset of the first pixel in the TIFF. */
  readonly tiffOffset: number;
  readonly byteCount: number;
}

export interface UnusualImage {
  /** unreadable_tiff: no image, since there is none to be seen; no_image: this file lacks it; other_way: it has it. */
  readonly code: "unreadable_tiff" | "no_image" | "other_way";
  /** Why, in words. */
  readonly reason: string;
}

export interface NexusReport {
  /**
   * splice: the file on disk lacks the pixels, which delivery puts at `splice.at`. chunks: it lacks them too, and
   * delivery compresses them and appends them to it. whole: complete as it is.
   */
  readonly way: "splice" | "chunks" | "whole";
  readonly splice: Splice | null;
  /** Of the way `chunks`. */
  readonly chunks?: ChunkedPixels;
  /** Where the 64 hex digits of the delivered TIFF's SHA-256 go: the same offset in the delivered file and on disk. */
  readonly checksumSlot: number | null;
  /**
   * Of all bytes of the file on disk, which is then not flushed: it can be made again, and this shows whether a power
   * cut has taken of it. Absent where the file is large, and flushed; records of earlier versions have none.
   */
  readonly crc32?: number;
}

export interface WrittenNexus extends NexusReport {
  /** Whether the image came another way than usual, or not at all. */
  readonly unusual: UnusualImage | null;
}
