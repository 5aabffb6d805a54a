/** Says when the configuration of a running daemon was changed: it is read at the start only. */
import { ConfigurationError } from "../config/error.ts";
import { loadSettings } from "../config/load.ts";
import { messageOf } from "../files/errors.ts";

const LOOK_MS = 5000;

export interface ConfigWatchOptions {
  /** The file that was read at the start. */
  readonly file: string;
  warn(text: string): void;
  readonly look_ms?: number;
}

/** Until it is disposed of, one warning for each change of the file, with what would be wrong at the next start. */
export function watchConfiguration({ file, warn, look_ms = LOOK_MS }: ConfigWatchOptions): Disposable {
  let known = stampOf(file);
  const timer = setInterval(() => {
    const now = stampOf(file);
    if (now === known) return;
    known = now;
    // A file that is written anew may be away or empty for a moment; the look after its last change counts.
    if (now !== null) warn(`${file} has changed; it is read at the next start of pewatch${faultOf(file)}`);
  }, look_ms);
  Deno.unrefTimer(timer as unknown as number);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Null where it is not there. */
function stampOf(file: string): string | null {
  try {
    const { mtime, size } = Deno.statSync(file);
    return `${mtime?.getTime()} ${size}`;
  } catch {
    return null;
  }
}

function faultOf(file: string): string {
  try {
    loadSettings({ config: file });
    return "";
  } catch (error) {
    if (!(error instanceof ConfigurationError)) return `, which cannot read it: ${messageOf(error)}`;
    return `, which would refuse it: ${error.message}`;
  }
}
