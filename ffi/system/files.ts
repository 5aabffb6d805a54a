/**
 * Calls on names that Deno has no equal of: a rename that never replaces; whether a name is free, without an exception,
 * which costs ten times the call; an entry without following a link; whether a folder can be listed, without listing
 * it; and on Windows the removal of a folder without opening or asking it, which RAM disks made by ImDisk refuse.
 *
 * The libraries are the system's own and part of every process, so they stay open once they are needed.
 */
import { toNamespacedPath } from "node:path";

const KERNEL32 = {
  /** BOOL MoveFileExW(LPCWSTR lpExistingFileName, LPCWSTR lpNewFileName, DWORD dwFlags) */
  MoveFileExW: { parameters: ["buffer", "buffer", "u32"], result: "i32" },
  /** BOOL RemoveDirectoryW(LPCWSTR lpPathName) */
  RemoveDirectoryW: { parameters: ["buffer"], result: "i32" },
  /** BOOL DeleteFileW(LPCWSTR lpFileName) */
  DeleteFileW: { parameters: ["buffer"], result: "i32" },
  /** HANDLE FindFirstFileW(LPCWSTR lpFileName, LPWIN32_FIND_DATAW lpFindFileData) */
  FindFirstFileW: { parameters: ["buffer", "buffer"], result: "isize" },
  /** BOOL FindClose(HANDLE hFindFile) */
  FindClose: { parameters: ["isize"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const LIBC = {
  /** int renameat2(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, unsigned int flags); glibc 2.28 */
  renameat2: { parameters: ["i32", "buffer", "i32", "buffer", "u32"], result: "i32" },
  /** int faccessat(int dirfd, const char *pathname, int mode, int flags) */
  faccessat: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  /** int open(const char *pathname, int flags, ...); without O_CREAT it takes no third argument */
  open: { parameters: ["buffer", "i32"], result: "i32" },
  /** int close(int fd) */
  close: { parameters: ["i32"], result: "i32" },
  /** ssize_t readlinkat(int dirfd, const char *pathname, char *buf, size_t bufsiz) */
  readlinkat: { parameters: ["i32", "buffer", "buffer", "usize"], result: "isize" },
  /** int *__errno_location(void) */
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

const AT_FDCWD = -100;
const RENAME_NOREPLACE = 1;
const AT_SYMLINK_NOFOLLOW = 0x100;
const F_OK = 0;
const R_OK = 4;
const ENOENT = 2;
/** A handle that names an entry and opens nothing: no link is followed, no pipe or device waits or notices. */
const O_PATH = 0x200000;
const O_NOFOLLOW = 0x20000;
const O_CLOEXEC = 0x80000;
/** sizeof(WIN32_FIND_DATAW) */
const FIND_DATA_BYTES = 592;
const INVALID_HANDLE = -1n;
/** Where WIN32_FIND_DATAW has dwFileAttributes and, of a reparse point, its tag (dwReserved0). */
const FIND_ATTRIBUTES_AT = 0, FIND_TAG_AT = 36;
const FILE_ATTRIBUTE_REPARSE_POINT = 0x400;
/** Of the tags of links and junctions (IsReparseTagNameSurrogate); a file that is kept in a cloud has it not. */
const NAME_SURROGATE = 0x20000000;

let kernel32: Deno.DynamicLibrary<typeof KERNEL32> | null = null;
let libc: Deno.DynamicLibrary<typeof LIBC>["symbols"] | "none" | null = null;

/**
 * Renames a file in one step of the system that fails where the new name is taken.
 * @returns whether it was done; why not the system does not say here
 */
export function renameToFreeName(from: string, to: string): boolean {
  return nameChanges.rename(from, to);
}

/** A seam: the tests that end the program at any step on the disk put themselves here. */
export const nameChanges = { rename: renameNoReplace };

function renameNoReplace(from: string, to: string): boolean {
  if (Deno.build.os === "windows") return kernel().MoveFileExW(wide(from), wide(to), 0) !== 0;
  return libcCalls()?.renameat2(AT_FDCWD, narrow(from), AT_FDCWD, narrow(to), RENAME_NOREPLACE) === 0;
}

/**
 * Whether there is no entry of this name for sure; false says nothing. For looks that usually find nothing.
 */
export function nameIsFree(path: string): boolean {
  const calls = libcCalls();
  if (calls === null) return false;
  const { faccessat, __errno_location } = calls;
  if (faccessat(AT_FDCWD, narrow(path), F_OK, AT_SYMLINK_NOFOLLOW) === 0) return false;
  const errno = __errno_location();
  return errno !== null && new Deno.UnsafePointerView(errno).getInt32() === ENOENT;
}

/** Whether a folder is there and can be listed, whatever is in it; false says nothing. */
export function canBeListed(path: string): boolean {
  if (Deno.build.os === "windows") return hasFirstEntry(path);
  // Only a folder has a point in it.
  return libcCalls()?.faccessat(AT_FDCWD, narrow(`${path}/.`), R_OK, 0) === 0;
}

/**
 * Whether the name is a link's (on Windows a junction's too), without asking what it leads to, nor a folder anything.
 * False also where nothing has the name.
 */
export function isLink(path: string): boolean {
  if (Deno.build.os === "windows") return isReparsePoint(path);
  const calls = libcCalls();
  if (calls === null) return isLinkByStat(path);
  return BigInt(calls.readlinkat(AT_FDCWD, narrow(path), new Uint8Array(1), 1n)) >= 0n;
}

function isLinkByStat(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}

/** By what the folder above says of it: ImDisk answers no question about a folder itself. */
function isReparsePoint(path: string): boolean {
  const { FindFirstFileW, FindClose } = kernel();
  const data = new Uint8Array(FIND_DATA_BYTES);
  const handle = FindFirstFileW(wide(path), data);
  if (BigInt(handle) === INVALID_HANDLE) return false;
  FindClose(handle);
  const view = new DataView(data.buffer);
  const isReparse = (view.getUint32(FIND_ATTRIBUTES_AT, true) & FILE_ATTRIBUTE_REPARSE_POINT) !== 0;
  return isReparse && (view.getUint32(FIND_TAG_AT, true) & NAME_SURROGATE) !== 0;
}

/** An entry of a folder, held: what gets its name meanwhile makes no difference. */
export interface HeldEntry extends Disposable {
  /** By which the entry itself, not a name, is asked and opened. */
  readonly path: string;
}

/** Linux only. Null where the entry is not there, or where the system cannot do it: that says nothing. */
export function holdEntry(path: string): HeldEntry | null {
  const calls = libcCalls();
  if (calls === null) return null;
  const { open, close } = calls;
  // O_PATH with O_NOFOLLOW opens a link itself (open(2)). Of arm64 the constants are others.
  const fd = Deno.build.arch === "x86_64" ? open(narrow(path), O_PATH | O_NOFOLLOW | O_CLOEXEC) : -1;
  return fd < 0 ? null : { path: `/proc/self/fd/${fd}`, [Symbol.dispose]: () => void close(fd) };
}

/** The folder itself counts as an entry of any folder but a volume's root. */
function hasFirstEntry(path: string): boolean {
  const { FindFirstFileW, FindClose } = kernel();
  const handle = FindFirstFileW(wide(`${path}\\*`), new Uint8Array(FIND_DATA_BYTES));
  if (BigInt(handle) === INVALID_HANDLE) return false;
  FindClose(handle);
  return true;
}

/** Windows only. @returns whether the empty folder was removed */
export function removeEmptyFolder(path: string): boolean {
  return kernel().RemoveDirectoryW(wide(path)) !== 0;
}

/** Windows only, and only the removal: Deno asks for the file's kind first. @returns whether it was removed */
export function deleteFile(path: string): boolean {
  return kernel().DeleteFileW(wide(path)) !== 0;
}

function kernel(): Deno.DynamicLibrary<typeof KERNEL32>["symbols"] {
  kernel32 ??= Deno.dlopen("kernel32.dll", KERNEL32);
  return kernel32.symbols;
}

/** Null: another system, another C library, or an old one. */
function libcCalls(): Deno.DynamicLibrary<typeof LIBC>["symbols"] | null {
  libc ??= openLibc();
  return libc === "none" ? null : libc;
}

function openLibc(): NonNullable<typeof libc> {
  if (Deno.build.os !== "linux") return "none";
  try {
    return Deno.dlopen("libc.so.6", LIBC).symbols;
  } catch {
    return "none";
  }
}

/** UTF-16 with a NUL, with the prefix that lifts the limit of 260 characters and takes every name as it is. */
function wide(path: string): Uint16Array<ArrayBuffer> {
  const whole = toNamespacedPath(path);
  const units = new Uint16Array(whole.length + 1);
  for (let index = 0; index < whole.length; index++) units[index] = whole.charCodeAt(index);
  return units;
}

function narrow(path: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${path}\0`);
}
