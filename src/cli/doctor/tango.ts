/** The Tango device server: its library, the database, what is registered there, and where it is to listen. */
import type { TangoFailure, TangoLibrary } from "../../../ffi/tango/mod.ts";
import type { Settings, TangoSettings } from "../../config/settings.ts";
import { TIMED_OUT, withTimeout } from "../../time/time_limit.ts";
import { databaseFault } from "../../tango/database_fault.ts";
import { nameForClients, placeOf } from "../../tango/place.ts";
import { withProperties } from "../../tango/properties.ts";
import { DEVICE_TABLE } from "../../tango/table.ts";
import { checkListen } from "./listen.ts";
import { type Finding, ok, problem, warning } from "./check.ts";
import { messageOf } from "../../files/errors.ts";

export interface TangoChecks {
  readonly openLibrary: () => TangoLibrary;
  /** Whether a daemon of this configuration runs: what it holds is no fault. */
  readonly running: boolean;
  /** The variable's value. */
  readonly tangoHost: string | undefined;
}

/** For one step; a host that does not exist any more keeps the system waiting for minutes. */
const STEP_MS_MAX = 5000;

const REMEDIES: Readonly<Record<TangoFailure, string>> = {
  database_away: "Start the database, or correct [tango] database",
  not_registered: "Type: pewatch tango register",
  registered_elsewhere: "Give [tango] the server, instance and device that belong together, or correct the database",
  already_running: "Stop the other one, or give [tango] another instance and device",
  endpoint: "Give [tango] endpoint another port",
  other: "Correct what Tango's message names",
};

/** In the order in which a person mends things; what rests on something that is missing is not looked at. */
export async function checkTango(settings: Settings, checks: TangoChecks): Promise<Finding[]> {
  const { tango } = settings;
  if (!tango.enabled) return [ok("device server", "off ([tango] enabled = false)")];
  const names = ok("names", `device ${tango.device}, server ${tango.server}/${tango.instance}`);
  const library = openLibrary(checks.openLibrary);
  const findings = [names, nameFinding(tango), library.finding, ...checkTangoHost(tango, checks.tangoHost)];
  if (tango.database !== "") {
    const reached = await checkDatabaseHost(tango.database);
    findings.push(reached);
    if (reached.status === "ok" && library.opened !== null) {
      findings.push(...await checkRegistration(settings, library.opened, checks.running));
    }
  }
  const { endpoint } = placeOf(tango);
  if (endpoint !== undefined) findings.push(checkEndpoint(endpoint, checks.running));
  return findings;
}

/** What a person types into a client. */
function nameFinding(tango: TangoSettings): Finding {
  const { name, complete } = nameForClients(tango);
  if (complete) return ok("name for clients", name);
  const why = "PORT is another at each start, and is in the log";
  return ok("name for clients", `${name}; ${why}: [tango] endpoint = "127.0.0.1:45450" gives one that stays`);
}

function openLibrary(open: () => TangoLibrary): { opened: TangoLibrary | null; finding: Finding } {
  try {
    const opened = open();
    return { opened, finding: ok("library", `cppTango ${opened.version} (${opened.path})`) };
  } catch (error) {
    return {
      opened: null,
      finding: problem(
        "library",
        messageOf(error),
        "Install it as the message says, or set [tango] enabled = false; frames are delivered without it",
      ),
    };
  }
}

function checkTangoHost({ database }: TangoSettings, tangoHost: string | undefined): Finding[] {
  if (tangoHost === undefined || tangoHost === "" || tangoHost === database) return [];
  return [
    warning(
      "TANGO_HOST",
      `it is ${tangoHost}, but [tango] database is ${JSON.stringify(database)}, and that alone counts`,
      "Set [tango] database to it where the device belongs there",
    ),
  ];
}

/** Whether something listens there, and if not, what is wrong. */
async function checkDatabaseHost(database: string): Promise<Finding> {
  const name = "database";
  const fault = await databaseFault(database, STEP_MS_MAX);
  if (fault === null) return ok(name, `${database} is reached`);
  return fault.kind === "host"
    ? problem(name, fault.reason, "Correct [tango] database")
    : problem(name, `nothing is reached at ${database}: ${fault.reason}`, REMEDIES.database_away);
}

async function checkRegistration(settings: Settings, library: TangoLibrary, running: boolean): Promise<Finding[]> {
  const { database, server, instance, device } = settings.tango;
  const name = "registration";
  try {
    const registration = { database, server, instance, device, className: DEVICE_TABLE.className };
    const failure = await withTimeout(library.check(registration), STEP_MS_MAX);
    if (failure === TIMED_OUT) return [problem(name, `${database} is not a Tango database`, REMEDIES.database_away)];
    if (failure !== null && !(failure.failure === "already_running" && running)) {
      return [problem(name, failure.message, REMEDIES[failure.failure ?? "other"])];
    }
    const registered = ok(name, `${device} is registered${failure === null ? "" : ", and it is running"}`);
    return [registered, ...await checkProperties(settings, library)];
  } catch (error) {
    return [problem(name, messageOf(error), REMEDIES.other)];
  }
}

async function checkProperties(settings: Settings, library: TangoLibrary): Promise<Finding[]> {
  const { database, device } = settings.tango;
  const properties = await withTimeout(library.deviceProperties({ database, device }), STEP_MS_MAX);
  if (properties === TIMED_OUT) return [];
  const { taken, refused } = withProperties(settings, properties);
  return [
    ...taken.length === 0 ? [] : [ok("properties", `${taken.join(", ")} (instead of the configuration's)`)],
    ...refused.map((text) => problem("properties", text, "Correct or remove it; the configuration's value applies")),
  ];
}

function checkEndpoint(endpoint: string, running: boolean): Finding {
  const colon = endpoint.lastIndexOf(":");
  const hostname = endpoint.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  const port = Number(endpoint.slice(colon + 1));
  return checkListen({ name: "endpoint", shown: endpoint, hostname, port, running, remedy: REMEDIES.endpoint });
}
