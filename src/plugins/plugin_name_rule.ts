/**
 * Which names plugins may have: they are shown in the log, in every status, in Tango, and in the frames' files. In a file
 * of its own: workers load it, which have no use for the rules of the folder.
 */

/** Characters. */
const NAME_LENGTH_MAX = 64;
/** Letters and digits of any script, and what is usual between them. */
const ALLOWED = /^[\p{L}\p{M}\p{N}_.+() -]+$/u;

/** What is wrong with a name, in words that follow "its name"; null where nothing is. */
export function faultOfName(name: string): string | null {
  const length = [...name].length;
  if (length > NAME_LENGTH_MAX) return `has ${length} characters; at most ${NAME_LENGTH_MAX} are allowed`;
  if (!ALLOWED.test(name)) return "may only contain letters, digits, blanks and _ . + ( ) -";
  return name === name.trim() ? null : "begins or ends with a blank";
}
