/**
 * Tango's library: from its opening on, the process ends by it. A file of its own: shared by run, doctor and
 * register.
 */
import { openTangoLibrary, type TangoLibrary } from "../../../ffi/tango/mod.ts";
import { endProcessBy } from "../process_end.ts";

/** @throws NativeLibraryError */
export function openTango(): TangoLibrary {
  const library = openTangoLibrary();
  endProcessBy((code) => library.exit(code));
  return library;
}
