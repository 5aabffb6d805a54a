/** The rows of the table in docs/measurements.md: which benchmark's figure each of them is, and what was asked for. */

export interface SummaryRow {
  /** In the page and the CSV. */
  readonly name: string;
  readonly bench: string;
  /** The figure's name in that benchmark. */
  readonly figure: string;
  /** What the project promises or aims at; nothing where it does not. */
  readonly asked?: string;
}

/** In the order of the page. */
export const SUMMARY_ROWS: readonly SummaryRow[] = [
  { name: "exposures of 2048², raw and processed, sustained", bench: "load", figure: "sustained" },
  { name: "lost or doubled at 15 exposures/s", bench: "load", figure: "lost or doubled", asked: "0" },
  { name: "latency at 15 exposures/s, median", bench: "load", figure: "latency, median" },
  { name: "latency at 15 exposures/s, 95 %", bench: "load", figure: "latency, 95 %", asked: "under 2" },
  { name: "latency of a single frame after a pause", bench: "latency", figure: "single frame", asked: "under 0.4" },
  {
    name: "without the image in the NeXus file, beside `cp`",
    bench: "throughput",
    figure: "none, compared, no checksum, flushed",
    asked: "1.05",
  },
  {
    name: "the same, beside `cp`, `cmp` and `rm`",
    bench: "throughput",
    figure: "none, beside cp, cmp and rm",
    asked: "2.5",
  },
  { name: "the same with SHA-256, beside `cp`", bench: "throughput", figure: "none, SHA-256" },
  {
    name: "with the image, beside `cp` of as many bytes",
    bench: "throughput",
    figure: "embed, compared, no checksum, flushed",
    asked: "1.4",
  },
  {
    name: "the same with SHA-256 (the defaults)",
    bench: "throughput",
    figure: "embed, SHA-256 (the defaults)",
  },
  { name: "SHA-256 of a frame, more time on one core", bench: "sha256", figure: "1 core, more, by the clock" },
  { name: "SHA-256 of a frame, more time on two", bench: "sha256", figure: "2 cores, more, by the clock" },
  {
    name: "without the image, beside the first implementation",
    bench: "first_implementation",
    figure: "none, compared, no checksum",
    asked: "3.0",
  },
  {
    name: "with the image, beside the first implementation",
    bench: "first_implementation",
    figure: "embed, compared, no checksum",
    asked: "2.2",
  },
  { name: "`pewatch process` of one frame", bench: "process", figure: "one frame", asked: "0.5" },
  {
    name: "`pewatch process` of 60 frames, its start included, beside `cp`",
    bench: "process",
    figure: "60 frames, beside cp",
  },
  { name: "start until ready", bench: "idle", figure: "start", asked: "under 1" },
  { name: "processor without work", bench: "idle", figure: "processor", asked: "under 1" },
  { name: "memory without work", bench: "idle", figure: "memory", asked: "under 120" },
  { name: "memory at 15 exposures/s, most", bench: "load", figure: "memory, most", asked: "under 400" },
  { name: "memory with 50 plugins that do nothing", bench: "plugins", figure: "memory", asked: "328" },
  { name: "a merge", bench: "merge", figure: "no parameters, processor", asked: "1.5" },
  {
    name: "a merge with 50 parameters beside none",
    bench: "merge",
    figure: "50 parameters, beside none",
    asked: "1.2",
  },
  {
    name: "a merge with 200 values over the exposure",
    bench: "merge",
    figure: "200 values over the exposure, processor",
  },
  { name: "a pattern of 2048², split pixels, sigma", bench: "patterns", figure: "bbox, sigma, processor" },
  { name: "the same beside pyFAI's faster way", bench: "patterns", figure: "bbox, sigma, beside pyFAI", asked: "3" },
  {
    name: "`.nxs` beyond its pixels",
    bench: "merge",
    figure: "no parameters, .nxs beyond its pixels",
    asked: "under 35",
  },
  { name: "`pewatch.exe`", bench: "executable", figure: "pewatch.exe" },
  { name: "`pewatch.exe` zipped with licences and documentation", bench: "executable", figure: "pewatch.zip" },
];
