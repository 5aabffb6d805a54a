/** What the system says of another process: processor time and memory. */

export interface Reading {
  /** Of all its threads since its start. */
  readonly processor_s: number;
  readonly rss_mb: number;
  /** Of that, pages of files: programs and libraries, which processes share. */
  readonly files_mb: number;
}

/** Linux counts in hundredths of a second for every program. */
const TICKS_PER_S = 100;

/** @throws where the process has ended, or the system has no /proc */
export function readProcess(pid: number): Reading {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The program's name, in brackets, may hold spaces; utime and stime are the fields 14 and 15.
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const megabytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(status)?.[1] ?? NaN) * 1024 / 1e6;
  return { processor_s: (user! + system!) / TICKS_PER_S, rss_mb: megabytes("VmRSS"), files_mb: megabytes("RssFile") };
}
