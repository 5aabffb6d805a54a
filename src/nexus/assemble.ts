/** Describes the delivered NeXus file as pieces of the file on disk and of the TIFF. */
import type { NexusReport } from "./frame/facts.ts";

export interface AssembledSpan {
  /** head: the file that writeNexus made. */
  readonly from: "head" | "tiff";
  /** In that file. */
  readonly offset: number;
  readonly length: number;
}

/**
 * The pieces in the order in which they stand in the delivered file; each has bytes.
 * @param headFileSize size of the file on disk, in bytes
 * @throws RangeError where the file is shorter than the report says: it is not the one that was written
 */
export function assembleSpans(
  report: Pick<NexusReport, "way" | "splice">,
  headFileSize: number,
): readonly AssembledSpan[] {
  const { splice } = report;
  if (report.way === "whole" || splice === null) return [{ from: "head", offset: 0, length: headFileSize }];
  if (headFileSize < splice.at) {
    throw new RangeError(`Cannot assemble NeXus file: its head has ${headFileSize} bytes, fewer than ${splice.at}`);
  }
  const spans: AssembledSpan[] = [
    { from: "head", offset: 0, length: splice.at },
    { from: "tiff", offset: splice.tiffOffset, length: splice.byteCount },
    { from: "head", offset: splice.at, length: headFileSize - splice.at },
  ];
  return spans.filter((span) => span.length > 0);
}
