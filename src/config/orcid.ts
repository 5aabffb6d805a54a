/** ORCID iDs: sixteen digits of which the last checks the others (ISO 7064, MOD 11-2; it may be an X). */

/** As people write it: with or without the address before it. */
const ORCID = /^(?:https?:\/\/orcid\.org\/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])$/;

/** What is wrong with a text as an ORCID iD, or null. */
export function faultOfOrcid(text: string): string | null {
  const digits = ORCID.exec(text)?.[1]?.replaceAll("-", "");
  if (digits === undefined) return 'an ORCID iD is needed, such as "0000-0002-1825-0097"';
  let sum = 0;
  for (const digit of digits.slice(0, -1)) sum = (sum + Number(digit)) * 2;
  const check = (12 - sum % 11) % 11;
  return digits.endsWith(check === 10 ? "X" : String(check))
    ? null
    : "its last digit does not fit the others: one of them is wrong";
}
