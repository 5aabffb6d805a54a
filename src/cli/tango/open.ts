/** Tango's library for a command: from its opening on, the process ends by it. */
import { openTangoLibrary, type TangoLibrary } from "../../../ffi/tango/mod.ts";
import { endProcessBy } from "../process_end.ts";

/** @throws NativeLibraryError */
export function openTango(): TangoLibrary {
  const library = openTangoLibrary();
  endProcessBy((code) => library.exit(code));
  return library;
}
