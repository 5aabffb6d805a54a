/**
 * Describes the delivered NeXus file as pieces of the file on disk and of the TIFF. A file of its own: the delivery and
 * the quarantine know no more of how the file was written.
 */
import type { Span } from "../files/copy/target_writers.ts";
import type { NexusReport } from "./frame/facts.ts";

/**
 * The pieces in the order in which they stand in the delivered file; each has bytes.
 * @param of paths of the file that writeNexus made and of the TIFF, and the size of the first in bytes
 * @throws RangeError where the file is shorter than the report says: it is not the one that was written
 */
export function assembleSpans(
  report: Pick<NexusReport, "way" | "splice">,
  { head, headSize, image }: { readonly head: string; readonly headSize: number; readonly image: string },
): readonly Span[] {
  const { splice } = report;
  if (report.way === "whole" || splice === null) return [{ source: head, offset: 0, length: headSize }];
  if (headSize < splice.at) {
    throw new RangeError(`Cannot assemble NeXus file: its head has ${headSize} bytes, fewer than ${splice.at}`);
  }
  const spans = [
    { source: head, offset: 0, length: splice.at },
    { source: image, offset: splice.tiffOffset, length: splice.byteCount },
    { source: head, offset: splice.at, length: headSize - splice.at },
  ];
  return spans.filter((span) => span.length > 0);
}
