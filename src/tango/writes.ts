/** What a client writes, as a change of the daemon's settings. */
import type { TangoWrite } from "../../ffi/tango/library.ts";
import { escapeForTango } from "../../ffi/tango/text.ts";
import { refusal } from "../daemon/settings/check_change.ts";
import {
  CLIENT_SETTING_KEYS,
  CLIENT_SETTINGS,
  type ClientSetting,
  clientSettings,
  keyOf,
  type SettingChange,
} from "../daemon/settings/client_settings.ts";
import type { Settings } from "../config/settings.ts";

/** By the attribute's name. */
const SETTING_OF: ReadonlyMap<string, ClientSetting> = new Map(
  CLIENT_SETTING_KEYS.map((key) => [CLIENT_SETTINGS[key].attribute, key]),
);

/** A refusal as a client knows the settings: by its attributes, not by keys of a configuration that it never sees. */
export function inAttributeNames(text: string): string {
  return [...SETTING_OF].reduce(
    // Not where it is a part of a path.
    (said, [attribute, key]) =>
      said.replace(new RegExp(`(?<![\\w./\\\\-])${keyOf(key).replace(".", "\\.")}(?![\\w./\\\\-])`, "g"), attribute),
    text,
  );
}

/** @throws {SettingRefusedError} where Tango has garbled a text */
export function changeOf({ name, value }: Pick<TangoWrite, "name" | "value">, settings: Settings): SettingChange {
  const key = SETTING_OF.get(name);
  if (key === undefined) throw new TypeError(`Cannot write ${name}: it is read only`);
  if (key === "max_proc") return { key, value: Number(value) };
  const text = String(value);
  const current = clientSettings(settings)[key];
  // As clients read it: what is beyond Latin-1 in it stays what it is.
  if (escapeForTango(current) === text) return { key, value: current };
  const fault = faultOfText(text);
  if (fault !== null) throw refusal({ key, value: text }, fault);
  return { key, value: text };
}

/** Tango carries Latin-1. What is beyond it arrives as something else, of which no folder is to be made. */
function faultOfText(text: string): string | null {
  const escape = /\\u[0-9a-f]{4}/.exec(text)?.[0];
  if (escape !== undefined && parseInt(escape.slice(2), 16) > 0xff) {
    return `${escape} stands for a character that Tango cannot carry: set this folder in the configuration, or write / ` +
      "instead of \\ where a folder's name begins so";
  }
  return isUtf8(text)
    ? "it is UTF-8, and Tango's texts are Latin-1: let the client write Latin-1, or set this folder in the configuration"
    : null;
}

/** Latin-1 with anything but ASCII in it is hardly ever valid UTF-8. */
function isUtf8(text: string): boolean {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  if (bytes.every((byte) => byte < 0x80)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
