/** The console window that a program of Windows runs in. */
import { CONSOLE_SYMBOLS } from "./symbols.ts";

/** STD_INPUT_HANDLE, which is (DWORD)-10. */
const STANDARD_INPUT = 0xfffffff6;
/** ENABLE_QUICK_EDIT_MODE, and ENABLE_EXTENDED_FLAGS, without which the system keeps the first as it was. */
const QUICK_EDIT = 0x40;
const EXTENDED_FLAGS = 0x80;

/** The seam: what pewatch wants of a console. */
export interface ConsoleWindow extends Disposable {
  /** How many processes share the console; 0 where there is none. */
  countProcesses(): number;
  /**
   * Lets clicks into the window select nothing until the result is disposed: while something is selected, Windows holds
   * every program that writes to the window, and with it the daemon.
   */
  ignoreClicks(): Disposable;
  /** Forgets the keys that were pressed and not read. */
  forgetKeys(): void;
}

/** @returns null where this is not Windows, or where Windows does not give it: nothing depends on it */
export function openConsoleWindow(): ConsoleWindow | null {
  if (Deno.build.os !== "windows") return null;
  try {
    return new WindowsConsole(Deno.dlopen("kernel32.dll", CONSOLE_SYMBOLS));
  } catch {
    return null;
  }
}

class WindowsConsole implements ConsoleWindow {
  readonly #library: Deno.DynamicLibrary<typeof CONSOLE_SYMBOLS>;
  #closed = false;

  constructor(library: Deno.DynamicLibrary<typeof CONSOLE_SYMBOLS>) {
    this.#library = library;
  }

  countProcesses(): number {
    const list = new Uint32Array(1);
    return this.#library.symbols.GetConsoleProcessList(list, list.length);
  }

  ignoreClicks(): Disposable {
    const { GetConsoleMode, SetConsoleMode } = this.#library.symbols;
    const input = this.#input();
    const mode = new Uint32Array(1);
    const before = GetConsoleMode(input, mode) === 0 ? null : mode[0]!;
    // Not for a pipe or a file, and not where it is off already.
    if (before === null || (before & QUICK_EDIT) === 0) return { [Symbol.dispose]: () => {} };
    SetConsoleMode(input, (before & ~QUICK_EDIT | EXTENDED_FLAGS) >>> 0);
    return { [Symbol.dispose]: () => void SetConsoleMode(input, (before | EXTENDED_FLAGS) >>> 0) };
  }

  forgetKeys(): void {
    this.#library.symbols.FlushConsoleInputBuffer(this.#input());
  }

  #input(): Deno.PointerValue {
    return this.#library.symbols.GetStdHandle(STANDARD_INPUT);
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#library.close();
  }
}
