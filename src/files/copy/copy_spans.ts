/** Copies pieces of files into new files: one pass over each source feeds all targets. */
import { createHash } from "node:crypto";
import { openPlain } from "../plain_file.ts";
import { block } from "./blocks.ts";
import { type FileDigest, sha256OfFile } from "./digest.ts";
import { type CopyOptions, type CopyTarget, type GrowingTarget, TargetWriters } from "./target_writers.ts";

/** Completes a target that grows. */
export type Extend = (path: string, target: GrowingTarget) => void;

/** What others contribute to a copy. */
export interface CopyHelp {
  readonly extend?: Extend;
  /** Waits for the digests of these sources, which other threads make meanwhile. */
  readonly elsewhere?: ReadonlyMap<string, () => FileDigest>;
}

/** SHA-256 in hex of the targets for which it was wanted, by their paths. */
export type TargetHashes = ReadonlyMap<string, string>;

/** A piece of one source for the targets that want it. */
interface Route {
  readonly start: number;
  readonly end: number;
  readonly target: number;
  /** Where the piece begins in the target. */
  readonly at: number;
}

/**
 * Makes every target of its spans. A target that is there (the remains of a copy that was cut off) is removed first.
 * @throws VerificationError, or the system's error; targets may then be half made
 */
export function copySpans(
  targets: readonly CopyTarget[],
  options: CopyOptions,
  { extend, elsewhere = new Map() }: CopyHelp = {},
): TargetHashes {
  using writers = new TargetWriters(targets, options);
  const digests = new Map<string, FileDigest>();
  const wanted = hashedSources(targets);
  for (const source of sourcesOf(targets)) {
    const hash = wanted.has(source) && !elsewhere.has(source);
    const digest = readSource(source, routesOf(source, targets), { writers, hash });
    if (digest !== null) digests.set(source, digest);
  }
  targets.forEach(({ path, grows }, index) => {
    if (grows === true) extend?.(path, writers.growing(index));
  });
  for (const [source, awaited] of elsewhere) digests.set(source, awaited());
  writers.finish(digests);
  return new Map(targets.flatMap((target) => {
    return target.hashed === true ? [[target.path, hashOf(target, digests)] as const] : [];
  }));
}

/**
 * Copies one file whole. Its times are the caller's to keep.
 * @returns the source's stat, as it was before
 * @throws VerificationError, or the system's error; the copy may then be half made
 */
export function copyWhole(source: string, path: string, options: CopyOptions): Deno.FileInfo {
  const info = Deno.lstatSync(source);
  copySpans([{ path, spans: [{ source, offset: 0, length: info.size }], checksumSlot: null }], options);
  return info;
}

/** The sources that are hashed as a whole. */
export function hashedSources(targets: readonly CopyTarget[]): Set<string> {
  return new Set(
    [...sourcesOf(targets)].filter((source) =>
      targets.some((target) => target.checksumSlot?.source === source || isCopyOf(target, source))
    ),
  );
}

function isCopyOf({ hashed, spans, grows }: CopyTarget, source: string): boolean {
  return hashed === true && grows !== true && spans.length === 1 && spans[0]!.source === source &&
    spans[0]!.offset === 0;
}

/** A file that is put together has to be read for it: its pieces do not come in their order. */
function hashOf({ path, spans, checksumSlot, grows }: CopyTarget, digests: ReadonlyMap<string, FileDigest>): string {
  const [span] = spans;
  const digest = spans.length === 1 && span!.offset === 0 && checksumSlot === null && grows !== true
    ? digests.get(span!.source)
    : undefined;
  return digest?.size === span?.length ? digest!.sha256 : sha256OfFile(path);
}

function sourcesOf(targets: readonly CopyTarget[]): Set<string> {
  const sources = new Set<string>();
  for (const { spans, checksumSlot } of targets) {
    for (const span of spans) if (span.length > 0) sources.add(span.source);
    if (checksumSlot !== null) sources.add(checksumSlot.source);
  }
  return sources;
}

function routesOf(source: string, targets: readonly CopyTarget[]): Route[] {
  const routes: Route[] = [];
  targets.forEach((target, index) => {
    let at = 0;
    for (const span of target.spans) {
      if (span.source === source && span.length > 0) {
        routes.push({ start: span.offset, end: span.offset + span.length, target: index, at });
      }
      at += span.length;
    }
  });
  return routes;
}

function readSource(
  source: string,
  routes: readonly Route[],
  options: { writers: TargetWriters; hash: boolean },
): FileDigest | null {
  const hash = options.hash ? createHash("sha256") : null;
  const file = openPlain(source);
  try {
    const start = options.hash ? 0 : Math.min(...routes.map((route) => route.start));
    const end = options.hash ? Infinity : Math.max(...routes.map((route) => route.end));
    if (start > 0) file.seekSync(start, Deno.SeekMode.Start);
    let position = start;
    while (position < end) {
      const count = file.readSync(block.subarray(0, Math.min(block.length, end - position)));
      if (count === null) break;
      const bytes = block.subarray(0, count);
      hash?.update(bytes);
      for (const route of routes) {
        const from = Math.max(route.start, position);
        const to = Math.min(route.end, position + count);
        if (from >= to) continue;
        const piece = bytes.subarray(from - position, to - position);
        options.writers.write(route.target, { at: route.at + from - route.start, piece });
      }
      position += count;
    }
    const short = routes.find((route) => route.end > position);
    if (short) throw new Error(`${source} ends at byte ${position}, ${short.end} were expected`);
    return hash === null ? null : { size: position, sha256: hash.digest("hex") };
  } finally {
    file.close();
  }
}
