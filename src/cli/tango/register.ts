/** `pewatch tango register` and `unregister`: the device in the Tango database. */
import { type Message, message, object, option, optional, string } from "@optique/core";
import { TangoError, type TangoLibrary } from "../../../ffi/tango/mod.ts";
import { loadSettings } from "../../config/load.ts";
import type { TangoSettings } from "../../config/settings.ts";
import { faultOfAddress, faultOfDevice, faultOfServerPart } from "../../config/names/tango_names.ts";
import { TIMED_OUT, withTimeout } from "../../time/time_limit.ts";
import { DEVICE_TABLE } from "../../tango/table.ts";
import { command, CommandError, CONFIG_OPTION, EXIT } from "../console/arguments.ts";
import { openTango } from "./open.ts";

/** A host that does not exist any more keeps the system waiting for minutes. */
const ANSWER_MS_MAX = 10_000;

type Key = "database" | "server" | "instance" | "device";

const FAULT_OF: Readonly<Record<Key, (text: string) => string | null>> = {
  database: (text) => faultOfAddress(text, { anyPort: false }),
  server: faultOfServerPart,
  instance: faultOfServerPart,
  device: faultOfDevice,
};

function overriding(key: Key, metavar: "HOST:PORT" | "NAME" | "A/B/C") {
  return optional(option(`--${key}`, string({ metavar }), {
    description: message`Instead of the configuration's ${`[tango] ${key}`}.`,
  }));
}

const ARGUMENTS = object({
  config: CONFIG_OPTION,
  database: overriding("database", "HOST:PORT"),
  server: overriding("server", "NAME"),
  instance: overriding("instance", "NAME"),
  device: overriding("device", "A/B/C"),
});

const EXIT_CODES =
  message`Exit codes: 0 done, 1 the database does not answer or refuses, 2 wrong usage or configuration.`;

interface Registering {
  readonly command: "register" | "unregister";
  readonly brief: Message;
  /** What is said when it is done, before the names. */
  readonly done: string;
  work(library: TangoLibrary, names: TangoSettings): Promise<void>;
}

export const runRegister = registering({
  command: "register",
  brief: message`Writes the server, its class and its device into the Tango database; again does no harm.`,
  done: "Registered",
  work: (library, { database, server, instance, device }) =>
    library.register({ database, server, instance, device, className: DEVICE_TABLE.className }),
});

export const runUnregister = registering({
  command: "unregister",
  brief: message`Takes the server and its device out of the Tango database; a server that runs is left alone.`,
  done: "No longer registered:",
  work: (library, { database, server, instance, device }) => library.unregister({ database, server, instance, device }),
});

function registering({ command: name, brief, done, work }: Registering) {
  const description = { command: `tango ${name}`, brief, footer: EXIT_CODES, errors: [TangoError] };
  return command(ARGUMENTS, description, async ({ config, ...given }) => {
    const { settings } = loadSettings({ config });
    const names: TangoSettings = { ...settings.tango, ...withoutUndefined(given) };
    const fault = faultOfGiven(given) ?? faultOfDatabase(names.database);
    if (fault !== null) throw new CommandError(`${fault}; see pewatch tango ${name} --help`, EXIT.usage);
    if (await withTimeout(work(openTango(), names), ANSWER_MS_MAX) === TIMED_OUT) {
      throw new TangoError(`The Tango database at ${names.database} did not answer within ${ANSWER_MS_MAX / 1000} s`);
    }
    const { database, server, instance, device } = names;
    console.log(`${done} ${device}, of the server ${server}/${instance}, in the Tango database at ${database}`);
    if (name === "register" && !settings.tango.enabled) {
      console.log("pewatch run serves it with [tango] enabled = true");
    }
  });
}

type Given = Readonly<Partial<Record<Key, string | undefined>>>;

function withoutUndefined(given: Given): Partial<Record<Key, string>> {
  return Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined)) as Partial<
    Record<Key, string>
  >;
}

function faultOfGiven(given: Given): string | null {
  for (const [key, text] of Object.entries(given)) {
    const fault = text === undefined ? null : FAULT_OF[key as Key](text);
    if (fault !== null) return `--${key}: ${JSON.stringify(text)} cannot be used: ${fault}`;
  }
  return null;
}

function faultOfDatabase(database: string): string | null {
  if (database !== "") return null;
  const host = Deno.env.get("TANGO_HOST");
  const hint = host === undefined ? "host:10000" : host;
  return `No Tango database is named: set [tango] database, or use --database ${hint}`;
}
