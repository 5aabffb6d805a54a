/**
 * Why a frame has no pattern, and what only delays one. A file of its own: whoever only catches it loads no
 * integration.
 */
import { Hdf5Error } from "../../ffi/hdf5/error.ts";
import { VerificationError } from "../files/copy/target_writers.ts";
import { codeOf } from "../files/errors.ts";

/** This frame has no pattern; says why. */
export class NoPatternError extends Error {
  override readonly name = "NoPatternError";
}

/** Whether the output is at fault, so that a later try may succeed. */
export function isOutputError(error: unknown): boolean {
  return error instanceof VerificationError || error instanceof Hdf5Error || /^E[A-Z0-9]+$/.test(codeOf(error));
}
