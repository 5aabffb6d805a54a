/**
 * base.ts PROGRAM BASE: takes the payload out of a program that `deno compile` made; what is left serves as its base.
 * It is the inverse of what libsui 0.12 does for Deno 2.7; the result is checked by its SHA-256 by whoever calls this.
 */
import { readPe, SECTION_HEADER_BYTES } from "./pe.ts";

/** The last 16 bytes of an ELF program with a payload: magic, hash, then the length of the payload. */
const ELF_TRAILER = { bytes: 16, magic: 0x501e, lengthAt: 8 } as const;
const PAYLOAD_SECTION = ".pedata";

/** @throws {Error} where there is no payload */
export function withoutPayload(program: Uint8Array): Uint8Array {
  return program[0] === 0x7f ? withoutElfPayload(program) : withoutPePayload(program);
}

function withoutElfPayload(program: Uint8Array): Uint8Array {
  const trailerAt = program.length - ELF_TRAILER.bytes;
  const trailer = new DataView(program.buffer, program.byteOffset + trailerAt);
  const length = Number(trailer.getBigUint64(ELF_TRAILER.lengthAt, true));
  if (trailer.getUint32(0, true) !== ELF_TRAILER.magic || length > trailerAt) {
    throw new Error("Cannot take the payload out: this ELF program has none at its end");
  }
  return program.subarray(0, trailerAt - length);
}

/**
 * Removes the section as a whole, also from the headers: in a base that still has it, a payload that is larger than the
 * old one is not mapped, and the program crashes when it starts.
 */
function withoutPePayload(program: Uint8Array): Uint8Array {
  const pe = readPe(program);
  const section = pe.sections.at(-1);
  if (section?.name !== PAYLOAD_SECTION || pe.resources.address !== section.address) {
    throw new Error(`Cannot take the payload out: this PE program has no ${PAYLOAD_SECTION} at its end`);
  }
  const base = program.slice(0, section.fileOffset);
  const view = new DataView(base.buffer);
  view.setUint32(pe.resources.entryAt, 0, true);
  view.setUint32(pe.resources.entryAt + 4, 0, true);
  view.setUint16(pe.sectionCountAt, pe.sections.length - 1, true);
  view.setUint32(pe.imageSizeAt, section.address, true);
  base.fill(0, section.headerAt, section.headerAt + SECTION_HEADER_BYTES);
  return base;
}

if (import.meta.main) {
  const [program, base] = Deno.args as [string, string];
  Deno.writeFileSync(base, withoutPayload(Deno.readFileSync(program)), { mode: 0o755 });
}
