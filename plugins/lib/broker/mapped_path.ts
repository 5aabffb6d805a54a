/** The path of a file as another computer sees it. */
import { BrokerError } from "./link.ts";

export interface PathMapping {
  /** A folder as this computer names it. */
  readonly from: string;
  /** The same folder as the other one names it. */
  readonly to: string;
}

/**
 * By the longest folder of the mappings that the file lies in; without mappings the path as it is.
 * @throws {BrokerError} where it is outside all of them
 */
export function mappedPath(path: string, mappings: readonly PathMapping[]): string {
  if (mappings.length === 0) return path;
  const isWindows = /^([A-Za-z]:|\\\\)/.test(path);
  // A backslash is a separator on Windows alone; there the case of letters does not count.
  const plain = (text: string) => (isWindows ? text.replaceAll("\\", "/") : text).replace(/\/+$/, "");
  const key = (text: string) => isWindows ? plain(text).toLowerCase() : plain(text);
  const fits = mappings.filter(({ from }) => key(path).startsWith(`${key(from)}/`));
  const best = fits.toSorted((a, b) => plain(b.from).length - plain(a.from).length)[0];
  if (best === undefined) {
    const folders = mappings.map(({ from }) => from).join(", ");
    throw new BrokerError(`${path} is outside the folders of "paths" (${folders}); add a folder that contains it`);
  }
  const rest = plain(path).slice(plain(best.from).length);
  const isWindowsTarget = /^([A-Za-z]:|\\\\)/.test(best.to);
  const target = best.to.replace(/[\\/]+$/, "");
  return `${target}${isWindowsTarget ? rest.replaceAll("/", "\\") : rest}`;
}
