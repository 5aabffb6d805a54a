/** Lets a thread stand back: what it does must not take the processor from the delivery of frames. */

const KERNEL32 = {
  /** HANDLE GetCurrentThread(void); a constant that needs no closing */
  GetCurrentThread: { parameters: [], result: "pointer" },
  /** BOOL SetThreadPriority(HANDLE hThread, int nPriority) */
  SetThreadPriority: { parameters: ["pointer", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const LIBC = {
  /** int setpriority(int which, id_t who, int prio); in Linux who = 0 is the calling thread, not its process */
  setpriority: { parameters: ["i32", "u32", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const PRIO_PROCESS = 0;
/** Of 19: a thread of the usual priority gets three times the share of one with this. */
const NICE = 5;
const THREAD_PRIORITY_BELOW_NORMAL = -1;

/**
 * For good, for the thread that calls it.
 * @returns whether the system has done it; it is a courtesy, and work goes on without
 */
export function standBack(): boolean {
  try {
    if (Deno.build.os === "windows") {
      const { symbols } = Deno.dlopen("kernel32.dll", KERNEL32);
      return symbols.SetThreadPriority(symbols.GetCurrentThread(), THREAD_PRIORITY_BELOW_NORMAL) !== 0;
    }
    if (Deno.build.os !== "linux") return false;
    return Deno.dlopen("libc.so.6", LIBC).symbols.setpriority(PRIO_PROCESS, 0, NICE) === 0;
  } catch {
    return false;
  }
}
