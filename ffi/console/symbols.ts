/** The functions of kernel32.dll about the console that pewatch calls: the table, nothing else. */

export const CONSOLE_SYMBOLS = {
  GetConsoleProcessList: {
    parameters: [
      "buffer", // LPDWORD lpdwProcessList
      "u32", // DWORD dwProcessCount
    ],
    result: "u32", // DWORD, how many there are, also where the list is too short for them; 0 at an error
  },
  GetStdHandle: {
    parameters: [
      "u32", // DWORD nStdHandle
    ],
    result: "pointer", // HANDLE
  },
  GetConsoleMode: {
    parameters: [
      "pointer", // HANDLE hConsoleHandle
      "buffer", // LPDWORD lpMode
    ],
    result: "i32", // BOOL
  },
  SetConsoleMode: {
    parameters: [
      "pointer", // HANDLE hConsoleHandle
      "u32", // DWORD dwMode
    ],
    result: "i32", // BOOL
  },
  FlushConsoleInputBuffer: {
    parameters: [
      "pointer", // HANDLE hConsoleInput
    ],
    result: "i32", // BOOL
  },
} as const satisfies Deno.ForeignLibraryInterface;
