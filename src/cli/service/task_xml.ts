/**
 * The definition of a task for Windows's Task Scheduler.
 *
 * The schema is the "Task Scheduler Schema" of Microsoft's documentation, [MS-TSCH] section 2.5; elements stand in the
 * order in which the Task Scheduler itself writes them.
 */
import { Buffer } from "node:buffer";
import { PROGRAM_VERSION } from "../../config/program.ts";
import { RESTART_S, type ServiceDefinition } from "./definition.ts";

/** Windows 7 and all that came after it take it. */
const SCHEMA_VERSION = "1.2";
const NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task";
/** The SID of the local system, the same in every language of Windows. */
const SYSTEM_SID = "S-1-5-18";
/** The default is 7: below normal, and with a low priority for files, which is all that pewatch does. */
const NORMAL_PRIORITY = 4;
/** An unsigned byte: as often as can be said. */
const RESTARTS_MAX = 255;
/** Any day in the past. */
const LONG_AGO = "2000-01-01T00:00:00";

type XmlNode = readonly [
  name: string,
  content: string | readonly XmlNode[],
  attributes?: Readonly<Record<string, string>>,
];

/** As text; `encodeTask` makes of it what `schtasks /Create /XML` reads. */
export function taskXml(definition: ServiceDefinition): string {
  const task: XmlNode = ["Task", [
    ["RegistrationInfo", [
      ["Author", `pewatch ${PROGRAM_VERSION}`],
      ["Description", "Delivers the frames of an X-ray detector from QXRD with their metadata."],
    ]],
    ["Triggers", triggers()],
    ["Principals", [["Principal", principal(definition), { id: "Author" }]]],
    ["Settings", settings()],
    ["Actions", [["Exec", action(definition)]], { Context: "Author" }],
  ], { version: SCHEMA_VERSION, xmlns: NAMESPACE }];
  return `<?xml version="1.0" encoding="UTF-16"?>\n${written(task, "")}`;
}

/** UTF-16, little endian, with its mark, as the declaration says and as the Task Scheduler itself exports. */
export function encodeTask(xml: string): Uint8Array {
  return Buffer.from(`\ufeff${xml.replaceAll("\n", "\r\n")}`, "utf16le");
}

/**
 * The second one brings a daemon back that ended or was killed: RestartOnFailure alone is for tasks that could not be
 * started. While a daemon runs it does nothing (IgnoreNew).
 */
function triggers(): XmlNode[] {
  return [
    ["BootTrigger", [["Enabled", "true"]]],
    ["TimeTrigger", [
      ["Enabled", "true"],
      ["StartBoundary", LONG_AGO],
      ["Repetition", [["Interval", `PT${RESTART_S / 60}M`], ["StopAtDurationEnd", "false"]]],
    ]],
  ];
}

/** With a password it can open shares; S4U runs without one, logged on or not, but has no name outside of its computer. */
function principal({ user, password }: ServiceDefinition): XmlNode[] {
  if (user === null) return [["UserId", SYSTEM_SID], ["RunLevel", "HighestAvailable"]];
  return [["UserId", user], ["LogonType", password ? "Password" : "S4U"], ["RunLevel", "LeastPrivilege"]];
}

/** The defaults are those of a chore: not on batteries, three days at most, in the background. */
function settings(): XmlNode[] {
  return [
    ["MultipleInstancesPolicy", "IgnoreNew"],
    ["DisallowStartIfOnBatteries", "false"],
    ["StopIfGoingOnBatteries", "false"],
    ["AllowHardTerminate", "true"],
    ["StartWhenAvailable", "true"],
    ["RunOnlyIfNetworkAvailable", "false"],
    ["IdleSettings", [["StopOnIdleEnd", "false"], ["RestartOnIdle", "false"]]],
    ["AllowStartOnDemand", "true"],
    ["Enabled", "true"],
    ["Hidden", "false"],
    ["RunOnlyIfIdle", "false"],
    ["WakeToRun", "false"],
    ["ExecutionTimeLimit", "PT0S"], // none
    ["Priority", String(NORMAL_PRIORITY)],
    ["RestartOnFailure", [["Interval", `PT${RESTART_S / 60}M`], ["Count", String(RESTARTS_MAX)]]],
  ];
}

function action({ program, args, folder }: ServiceDefinition): XmlNode[] {
  return [["Command", program], ["Arguments", args.map(quoteArgument).join(" ")], ["WorkingDirectory", folder]];
}

/** As programs of Windows take their command line apart (CommandLineToArgvW). */
export function quoteArgument(argument: string): string {
  if (/^[^\s"]+$/.test(argument)) return argument;
  // Backslashes count only before a quote: there, and before the one at the end, each is doubled.
  return `"${argument.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}

function written([name, content, attributes = {}]: XmlNode, indent: string): string {
  const begin = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`)].join(" ");
  if (typeof content === "string") return `${indent}<${begin}>${escaped(content)}</${name}>\n`;
  return `${indent}<${begin}>\n${content.map((node) => written(node, `${indent}  `)).join("")}${indent}</${name}>\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
