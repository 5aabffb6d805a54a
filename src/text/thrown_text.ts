/** The text of whatever was thrown. A file of its own: every room writes messages with it, and the page. */

/**
 * An error's message, all lines of it. One without is named by those that it was made of (several addresses of one
 * host fail as one AggregateError without a text), else by its class. Never throws.
 */
export function thrownText(thrown: unknown): string {
  try {
    const text = ownText(thrown);
    if (text !== "" || !(thrown instanceof Error)) return text;
    const parts = thrown instanceof AggregateError ? thrown.errors.map(ownText).filter((part) => part !== "") : [];
    return parts.length > 0 ? parts.join(", ") : String(thrown.name);
  } catch {
    return "an error whose text cannot be read";
  }
}

function ownText(thrown: unknown): string {
  return String(thrown instanceof Error ? thrown.message : thrown);
}

/** Without the lines that follow: HDF5's, Deno's hints. */
export function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0]!;
}
