/** One line of a table of foreign functions. A file of its own: shared by the tables of all libraries. */

/** A function of a library, with the types that Deno passes: `H5Fclose: fn([hid_t], herr_t)`. */
export function fn<
  const Parameters extends readonly Deno.NativeType[],
  const Result extends Deno.NativeResultType,
>(parameters: Parameters, result: Result): { readonly parameters: Parameters; readonly result: Result } {
  return { parameters, result };
}
