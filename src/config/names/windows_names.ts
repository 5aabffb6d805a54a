/** Names of files and folders that Windows cannot have (Microsoft, "Naming Files, Paths, and Namespaces"). */

/** Windows takes these for devices, whatever their case and ending. */
const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])$/i;
/** What Windows does not allow within a name, besides the slashes. */
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[<>:"|?*\u0000-\u001f]/;

/** Why Windows cannot have this name, in words that follow the name's; null where it can. */
export function faultOnWindows(name: string): string | null {
  if (FORBIDDEN.test(name)) {
    return `"${name}" holds a character that Windows does not allow: one of < > : " | ? * or a control`;
  }
  if (/[. ]$/.test(name)) return `"${name}" ends with a dot or a space, which Windows drops`;
  const device = deviceOf(name);
  return device === null ? null : `"${device}" is the name of a device on Windows`;
}

/** The name itself where Windows can have it, else the nearest that it can: `aux.tif` gives `_aux.tif`, `a\\b` `a_b`. */
export function nameForWindows(name: string): string {
  const allowed = name.replaceAll("\\", "_").replaceAll(new RegExp(FORBIDDEN, "g"), "_").replace(
    /[. ]+$/,
    (end) => "_".repeat(end.length),
  );
  return deviceOf(allowed) === null ? allowed : `_${allowed}`;
}

/** Windows looks at what stands before the first dot: NUL.txt is the device too. */
function deviceOf(name: string): string | null {
  const stem = name.split(".")[0]?.trimEnd() ?? "";
  return RESERVED.test(stem) ? stem : null;
}
