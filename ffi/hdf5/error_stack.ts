/** Reads HDF5's own account of what went wrong. It is kept per thread, so the thread that failed must ask. */
import { ERROR_DESCRIPTION_AT, H5E_DEFAULT, H5E_WALK_DOWNWARD } from "./constants.ts";
import type { Symbols } from "./symbols.ts";

/** The descriptions from the function that was called down to where it went wrong; empty where HDF5 has none. */
export function readErrorStack(symbols: Symbols): string[] {
  const descriptions: string[] = [];
  // herr_t walk(unsigned n, const H5E_error2_t *err_desc, void *client_data)
  const visit = new Deno.UnsafeCallback({ parameters: ["u32", "pointer", "pointer"], result: "i32" }, (_n, error) => {
    if (error === null) return 0;
    const text = new Deno.UnsafePointerView(error).getPointer(ERROR_DESCRIPTION_AT);
    if (text !== null) descriptions.push(inShort(Deno.UnsafePointerView.getCString(text)));
    return 0;
  });
  try {
    symbols.H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, visit.pointer, null);
  } finally {
    visit.close();
  }
  return descriptions;
}

/**
 * One line. Where the system refused something, HDF5 adds the time, addresses and sizes, which differ at each try: of
 * that only the system's reason is kept.
 */
function inShort(description: string): string {
  const refusal = /^([^:]*): .*errno = (\d+), error message = '([^']*)'/s.exec(description);
  return refusal === null ? description.replaceAll("\n", " ") : `${refusal[1]}: ${refusal[3]} (errno ${refusal[2]})`;
}
