/** The few fields of a 64-bit Windows program or DLL (PE32+) that the build needs: Microsoft's "PE Format". */

export const SECTION_HEADER_BYTES = 40;

const OPTIONAL_HEADER_MAGIC_64 = 0x20b;
const DIRECTORY = { exports: 0, imports: 1, resources: 2, certificates: 4 } as const;

export interface Section {
  readonly name: string;
  /** Where it lies when it is loaded, relative to the image. */
  readonly address: number;
  readonly fileOffset: number;
  readonly fileSize: number;
  /** Where its header is in the file. */
  readonly headerAt: number;
}

export interface Directory {
  readonly address: number;
  readonly size: number;
  /** Where the file says so: address, then size. */
  readonly entryAt: number;
}

export interface Pe {
  readonly sections: readonly Section[];
  readonly sectionCountAt: number;
  readonly imageSizeAt: number;
  /** Since 1970; 0 where the linker leaves it out. */
  readonly timestamp_s: number;
  readonly exports: Directory;
  readonly imports: Directory;
  readonly resources: Directory;
}

/** @throws {SyntaxError} where the bytes are no 64-bit PE file */
export function readPe(file: Uint8Array): Pe {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerAt = view.getUint32(0x3c, true);
  if (view.getUint16(0, true) !== 0x5a4d || view.getUint32(headerAt, true) !== 0x4550) {
    throw new SyntaxError("Cannot read the PE file: it does not begin like one");
  }
  const optionalAt = headerAt + 24;
  if (view.getUint16(optionalAt, true) !== OPTIONAL_HEADER_MAGIC_64) {
    throw new SyntaxError("Cannot read the PE file: it is not a 64-bit one");
  }
  const firstSectionAt = optionalAt + view.getUint16(headerAt + 20, true);
  const sectionCountAt = headerAt + 6;
  const directory = (index: number): Directory => {
    const entryAt = optionalAt + 112 + 8 * index;
    return { address: view.getUint32(entryAt, true), size: view.getUint32(entryAt + 4, true), entryAt };
  };
  return {
    sections: Array.from(
      { length: view.getUint16(sectionCountAt, true) },
      (_, index) => readSection(view, firstSectionAt + index * SECTION_HEADER_BYTES),
    ),
    sectionCountAt,
    imageSizeAt: optionalAt + 56,
    timestamp_s: view.getUint32(headerAt + 8, true),
    exports: directory(DIRECTORY.exports),
    imports: directory(DIRECTORY.imports),
    resources: directory(DIRECTORY.resources),
  };
}

function readSection(view: DataView, headerAt: number): Section {
  return {
    name: text(view, headerAt, 8),
    address: view.getUint32(headerAt + 12, true),
    fileSize: view.getUint32(headerAt + 16, true),
    fileOffset: view.getUint32(headerAt + 20, true),
    headerAt,
  };
}

/** The DLLs that the file needs to be loaded, as it spells them. */
export function importedLibraries(file: Uint8Array): string[] {
  const pe = readPe(file);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const names: string[] = [];
  // Descriptors of 20 bytes, the name's address in the fourth word; one of zeros ends them.
  for (let at = offsetOf(pe, pe.imports.address); view.getUint32(at + 12, true) !== 0; at += 20) {
    names.push(text(view, offsetOf(pe, view.getUint32(at + 12, true))));
  }
  return names;
}

/** The names of what the DLL offers, functions and variables. */
export function exportedNames(file: Uint8Array): string[] {
  const pe = readPe(file);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const at = offsetOf(pe, pe.exports.address);
  const namesAt = offsetOf(pe, view.getUint32(at + 32, true));
  return Array.from(
    { length: view.getUint32(at + 24, true) },
    (_, index) => text(view, offsetOf(pe, view.getUint32(namesAt + 4 * index, true))),
  );
}

function offsetOf(pe: Pe, address: number): number {
  const section = pe.sections.find((one) => address >= one.address && address < one.address + one.fileSize);
  if (section === undefined) throw new SyntaxError(`Cannot read the PE file: ${address} is in no section`);
  return address - section.address + section.fileOffset;
}

/** ASCII up to a NUL, or `bytesMax`. */
function text(view: DataView, at: number, bytesMax = 512): string {
  let value = "";
  for (let index = 0; index < bytesMax; index++) {
    const code = view.getUint8(at + index);
    if (code === 0) break;
    value += String.fromCharCode(code);
  }
  return value;
}
