/** Holds files open as another program on Windows does that shares them with nobody, or only for reading. */
const KERNEL32 = {
  CreateFileW: { parameters: ["buffer", "u32", "u32", "pointer", "u32", "u32", "pointer"], result: "pointer" },
  CloseHandle: { parameters: ["pointer"], result: "i32" },
  SetFileAttributesW: { parameters: ["buffer", "u32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const GENERIC_READ = 0x80000000;
const OPEN_EXISTING = 3;
const SHARE = { none: 0, read: 1 } as const;
const FILE_ATTRIBUTE_READONLY = 1;

/** Null but on Windows. */
export const kernel32 = Deno.build.os === "windows" ? Deno.dlopen("kernel32.dll", KERNEL32) : null;

/** @throws where the file cannot be had so: another program has it open */
export function holdOpen(path: string, share: keyof typeof SHARE = "none"): Disposable {
  const { CreateFileW, CloseHandle } = kernel32!.symbols;
  const handle = CreateFileW(wide(path), GENERIC_READ, SHARE[share], null, OPEN_EXISTING, 0, null);
  // INVALID_HANDLE_VALUE is -1.
  if (handle === null || Deno.UnsafePointer.value(handle) === 0xffff_ffff_ffff_ffffn) {
    throw new Error(`Cannot hold ${path} open`);
  }
  return { [Symbol.dispose]: () => void CloseHandle(handle) };
}

export function setReadOnly(path: string): void {
  if (kernel32 === null) Deno.chmodSync(path, 0o444);
  else if (kernel32.symbols.SetFileAttributesW(wide(path), FILE_ATTRIBUTE_READONLY) === 0) throw new Error(path);
}

function wide(path: string): Uint16Array<ArrayBuffer> {
  return Uint16Array.from({ length: path.length + 1 }, (_, index) => index < path.length ? path.charCodeAt(index) : 0);
}
