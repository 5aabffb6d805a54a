/** Names of attributes of Tango devices: what is wrong with one, and which parameter it is where none is named. */
import { faultOfAddress } from "../config/names/tango_names.ts";

const SCHEME = "tango://";
const NO_DATABASE = "#dbase=no";
const FORMS =
  '"domain/family/member/attribute" or "alias/attribute", alone or behind "tango://host:port/"; "#dbase=no" at the ' +
  "end is for a server without a database";
/** What Tango leaves for names: no blank, quote, comma … in a part. */
const PART = /^[^\s/#%>:"',;*?]+$/;

interface AttributeName {
  /** "host:port"; null where it names none. */
  readonly address: string | null;
  readonly withoutDatabase: boolean;
  readonly parts: readonly string[];
}

function partsOf(name: string): AttributeName {
  const hash = name.indexOf("#");
  const whole = hash < 0 ? name : name.slice(0, hash);
  const hasAddress = whole.startsWith(SCHEME);
  const [address = "", ...rest] = hasAddress ? whole.slice(SCHEME.length).split("/") : ["", ...whole.split("/")];
  return {
    address: hasAddress ? address : null,
    withoutDatabase: hash >= 0 && name.slice(hash) === NO_DATABASE,
    parts: rest,
  };
}

/** In words for a person; null where it is one. */
export function faultOfAttribute(name: string): string | null {
  const { address, withoutDatabase, parts } = partsOf(name);
  const hash = name.indexOf("#");
  if (hash >= 0 && !withoutDatabase) return `behind "#" there can only be "dbase=no"; names are ${FORMS}`;
  if (withoutDatabase && address === null) return `"#dbase=no" needs the address of its server; names are ${FORMS}`;
  const fault = address === null ? null : faultOfAddress(address, { anyPort: false });
  if (fault !== null) return fault;
  if (parts.length !== 4 && !(parts.length === 2 && !withoutDatabase)) {
    return `it is not a name of an attribute; names are ${FORMS}`;
  }
  const wrong = parts.find((part) => !PART.test(part));
  if (wrong !== undefined) return `${JSON.stringify(wrong)} in it cannot be a part of a name; names are ${FORMS}`;
  return null;
}

/** Whether it needs the database of the configuration. */
export function namesNoDatabase(name: string): boolean {
  return partsOf(name).address === null;
}

/** "p02/motor/sample_x/Position" and "sample_x/Position" are sample_x_Position. */
export function defaultParameter(name: string): string {
  return partsOf(name).parts.slice(-2).join("_");
}
