/** Texts that settings may be: what is wrong with one, in words for a person, or null. */
import { isIP } from "node:net";

const TOKEN_LENGTH_MIN = 16;
const TOKEN_LENGTH_MAX = 200;

export function faultOfIpAddress(text: string): string | null {
  return isIP(text) !== 0 ? null : 'an address is needed: "127.0.0.1" for this computer alone, "0.0.0.0" for all';
}

/** Short ones can be guessed; other characters do not get through the header. */
export function faultOfToken(text: string): string | null {
  if (text === "") return null;
  if (!/^[A-Za-z0-9._~+/=-]+$/.test(text)) return "a token has letters, digits and . _ ~ + / = - alone";
  return text.length >= TOKEN_LENGTH_MIN && text.length <= TOKEN_LENGTH_MAX
    ? null
    : `a token has ${TOKEN_LENGTH_MIN} to ${TOKEN_LENGTH_MAX} characters`;
}

export function faultOfHostName(text: string): string | null {
  return /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,252}$/.test(text) ? null : "a name without scheme, port and path is needed";
}

/**
 * Sixteen digits of which the last checks the others (ISO 7064, MOD 11-2; it may be an X). As people write it: with or without the address before it.
 */
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
