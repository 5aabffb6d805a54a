/** One delivered frame in the plugin's worker: its sidecar and tags are read when they are first asked for. */
import { messageOf } from "../../files/errors.ts";
import { parseSidecar, type Sidecar } from "../../qxrd/sidecar.ts";
import { SidecarError } from "../../qxrd/sidecar_error.ts";
import { viewSidecar } from "../../qxrd/view.ts";
import { readFrameTags } from "../../tiff/tags/read_tags.ts";
import type { DeliveredFrame, FrameSidecar } from "../contract.ts";
import type { DeliveredFrameData } from "../messages.ts";
import { FrameFileError } from "./frame_file_error.ts";

export class FrameHandle implements DeliveredFrame {
  readonly sequence: number;
  readonly number: number;
  readonly name: string;
  readonly files: DeliveredFrame["files"];
  readonly sums: DeliveredFrame["sums"];
  readonly dark: boolean;
  readonly again: boolean;
  readonly bytes: number;
  readonly latency_s: number;
  readonly deliveredAt: Date;
  /** Undefined until it was read. */
  #sidecar: FrameSidecar | null | undefined;
  #tags: ReadonlyMap<string, string> | undefined;

  readonly #later: () => void;

  constructor(data: DeliveredFrameData, later: () => void) {
    this.#later = later;
    this.sequence = data.sequence;
    this.sums = data.sums;
    this.number = data.number;
    this.name = data.name;
    this.files = { ...data.roles, all: data.files };
    this.dark = data.dark;
    this.again = data.again;
    this.bytes = data.bytes;
    this.latency_s = data.latency_s;
    this.deliveredAt = new Date(data.delivered_ms);
  }

  later(): void {
    this.#later();
  }

  sidecar(): FrameSidecar | null {
    const path = this.files.sidecar;
    if (this.#sidecar === undefined) this.#sidecar = path === null ? null : this.#readSidecar(path);
    return this.#sidecar;
  }

  tags(): ReadonlyMap<string, string> {
    const path = this.files.image;
    return this.#tags ??= this.#reading("tags", path, () => {
      return new Map(readFrameTags(path).map(({ name, value }) => [name, value]));
    });
  }

  #readSidecar(path: string): FrameSidecar | null {
    const bytes = this.#reading("sidecar", path, () => Deno.readFileSync(path));
    try {
      return new ReadSidecar(parseSidecar(bytes));
    } catch (error) {
      if (error instanceof SidecarError) return null;
      throw error;
    }
  }

  #reading<Value>(what: string, path: string, read: () => Value): Value {
    try {
      return read();
    } catch (error) {
      const gone = error instanceof Deno.errors.NotFound;
      const reason = gone ? `${path} no longer exists` : `${path}: ${messageOf(error)}`;
      throw new FrameFileError(`Cannot read ${what} of ${this.name}: ${reason}`, { cause: error });
    }
  }
}

class ReadSidecar implements FrameSidecar {
  readonly #sidecar: Sidecar;
  #view: FrameSidecar["view"] | undefined;

  constructor(sidecar: Sidecar) {
    this.#sidecar = sidecar;
  }

  get view(): FrameSidecar["view"] {
    return this.#view ??= viewSidecar(this.#sidecar);
  }

  get text(): string {
    return this.#sidecar.text;
  }

  value(section: string, key: string): string | undefined {
    const value = this.#sidecar.value(section, key);
    return typeof value === "string" ? value : this.#sidecar.raw(section, key);
  }
}
