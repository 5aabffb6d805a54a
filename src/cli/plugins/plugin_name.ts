/** Names of plugins that work everywhere: as a file's name on every system, and as a bare key of TOML, [plugins.NAME]. */

/** Longer ones fill no log line. */
const LENGTH_MAX = 40;
/** Windows keeps these for devices, whatever the ending. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/** The nearest valid name, or null where nothing is left of it: "Ring Current!.ts" becomes ring_current. */
export function validPluginName(wanted: string): string | null {
  const plain = wanted
    .replace(/\.m?[tj]s$/i, "")
    .normalize("NFKD").replaceAll(/\p{Mn}/gu, "") // é is e and an accent by then
    .replaceAll("ß", "ss")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, LENGTH_MAX)
    .replace(/_+$/, "");
  if (!/[a-z]/.test(plain)) return null;
  // What ends in _test is taken for a test and not loaded.
  return DEVICES.test(plain) || /(^|_)test$/.test(plain) ? `${plain}_plugin` : plain;
}
