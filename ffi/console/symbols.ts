/**
 * The functions of kernel32.dll about the console that pewatch calls. A file of its own: a test compares the table
 * with Windows's libraries.
 */

import { fn } from "../function.ts";

export const CONSOLE_SYMBOLS = {
  // DWORD GetConsoleProcessList(LPDWORD lpdwProcessList, DWORD dwProcessCount): how many there are, also where the list is too short for them; 0 at an error
  GetConsoleProcessList: fn(["buffer", "u32"], "u32"),
  // HANDLE GetStdHandle(DWORD nStdHandle)
  GetStdHandle: fn(["u32"], "pointer"),
  // BOOL GetConsoleMode(HANDLE hConsoleHandle, LPDWORD lpMode)
  GetConsoleMode: fn(["pointer", "buffer"], "i32"),
  // BOOL SetConsoleMode(HANDLE hConsoleHandle, DWORD dwMode)
  SetConsoleMode: fn(["pointer", "u32"], "i32"),
  // BOOL FlushConsoleInputBuffer(HANDLE hConsoleInput)
  FlushConsoleInputBuffer: fn(["pointer"], "i32"),
} as const satisfies Deno.ForeignLibraryInterface;
