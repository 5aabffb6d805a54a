/** Makes what a plugin throws or logs fit to be posted between threads. */

/** Longer than any sentence with its place; a thrown megabyte is cut here. */
const ERROR_TEXT_LENGTH_MAX = 2000;

/** One line for whatever was thrown: the message, its cause, and where in the plugin it came from. */
export function textOfError(thrown: unknown): string {
  return textOf(thrown).replaceAll(/\s*[\r\n]+\s*/g, " ").slice(0, ERROR_TEXT_LENGTH_MAX);
}

function textOf(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return typeof thrown === "string" ? thrown : `thrown: ${Deno.inspect(thrown)}`;
    const kind = thrown.name === "Error" ? "" : `${thrown.name}: `;
    const cause = thrown.cause === undefined ? "" : ` (${textOf(thrown.cause)})`;
    return `${kind}${thrown.message}${cause}${placeOf(thrown)}`;
  } catch {
    return "an error whose text cannot be read";
  }
}

/** The first place of the stack that lies in a file. */
function placeOf(error: Error): string {
  if (error.message.includes("file://")) return ""; // as an import's error, which names its place itself
  const place = /\((file:\/\/\S+:\d+:\d+)\)|at (?:async )?(file:\/\/\S+:\d+:\d+)/.exec(error.stack ?? "");
  const url = place?.[1] ?? place?.[2];
  return url === undefined ? "" : ` at ${url.slice(url.lastIndexOf("/") + 1)}`;
}

/** The fields as they are where they can be posted, else each that cannot as text. */
export function postableFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const postable: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    try {
      postable[key] = value instanceof Error ? textOfError(value) : structuredClone(value);
    } catch {
      postable[key] = String(value);
    }
  }
  return postable;
}
