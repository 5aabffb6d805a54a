/** The task's definition, read by another parser and held against Microsoft's schema. No Task Scheduler was there. */
import assert from "node:assert/strict";
import { encodeTask, quoteArgument, taskXml } from "../../../src/cli/service/task_xml.ts";
import { definition } from "./definitions.ts";
import { childNames, find, parseXml, type XmlElement } from "./parse_xml.ts";

const NAMESPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}";

/**
 * Of [MS-TSCH] 2.5, what the definition uses: the children that each element may have. "ordered": the schema says
 * xs:sequence; where it says xs:all, any order will do.
 */
const SCHEMA: Readonly<Record<string, { readonly children: readonly string[]; readonly ordered?: true }>> = {
  Task: { children: ["RegistrationInfo", "Triggers", "Settings", "Data", "Principals", "Actions"] },
  RegistrationInfo: {
    children: ["URI", "SecurityDescriptor", "Source", "Date", "Author", "Version", "Description", "Documentation"],
  },
  Triggers: { children: ["BootTrigger", "TimeTrigger"] },
  BootTrigger: {
    children: ["Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit", "Delay"],
    ordered: true,
  },
  TimeTrigger: {
    children: ["Enabled", "StartBoundary", "EndBoundary", "Repetition", "ExecutionTimeLimit", "RandomDelay"],
    ordered: true,
  },
  Repetition: { children: ["Interval", "Duration", "StopAtDurationEnd"] },
  Principals: { children: ["Principal"] },
  Principal: { children: ["UserId", "LogonType", "GroupId", "DisplayName", "RunLevel"] },
  Settings: {
    children: [
      ...["AllowStartOnDemand", "RestartOnFailure", "MultipleInstancesPolicy", "DisallowStartIfOnBatteries"],
      ...["StopIfGoingOnBatteries", "AllowHardTerminate", "StartWhenAvailable", "NetworkProfileName"],
      ...["RunOnlyIfNetworkAvailable", "WakeToRun", "Enabled", "Hidden", "DeleteExpiredTaskAfter", "IdleSettings"],
      ...["NetworkSettings", "ExecutionTimeLimit", "Priority", "RunOnlyIfIdle"],
    ],
  },
  IdleSettings: { children: ["Duration", "WaitTimeout", "StopOnIdleEnd", "RestartOnIdle"] },
  RestartOnFailure: { children: ["Interval", "Count"] },
  Actions: { children: ["Exec"] },
  Exec: { children: ["Command", "Arguments", "WorkingDirectory"] },
};

function assertOfSchema(element: XmlElement): void {
  const name = element.tag.slice(NAMESPACE.length);
  assert.ok(element.tag.startsWith(NAMESPACE), element.tag);
  const rule = SCHEMA[name];
  if (rule === undefined) return assert.deepEqual(element.children, [], `${name} has children`);
  const names = childNames(element);
  assert.deepEqual(new Set(names).size, names.length, `${name}: a child comes twice`);
  const places = names.map((child) => rule.children.indexOf(child));
  assert.ok(!places.includes(-1), `${name}: ${names}`);
  if (rule.ordered) assert.deepEqual(places, places.toSorted((one, other) => one - other), `${name}: ${names}`);
  element.children.forEach(assertOfSchema);
}

async function parsed(change: Parameters<typeof definition>[0] = {}): Promise<XmlElement> {
  return await parseXml(encodeTask(taskXml(definition(change))));
}

Deno.test("the task is of Microsoft's schema, with a user, without a password, and as the system", async () => {
  for (const change of [{}, { user: "DESY\\xray" }, { user: "xray", password: false }]) {
    const task = await parsed(change);
    assertOfSchema(task);
    assert.equal(task.attributes["version"], "1.2");
    assert.equal(find(task, "Actions").attributes["Context"], find(task, "Principal").attributes["id"]);
  }
});

Deno.test("the file is UTF-16 with its mark and lines of Windows, as the Task Scheduler exports it", () => {
  const bytes = encodeTask(taskXml(definition()));
  assert.deepEqual([...bytes.subarray(0, 4)], [0xff, 0xfe, 0x3c, 0]);
  const text = new TextDecoder("utf-16le", { fatal: true }).decode(bytes);
  assert.match(text, /^<\?xml version="1\.0" encoding="UTF-16"\?>\r\n/);
  assert.doesNotMatch(text, /[^\r]\n/);
});

Deno.test("paths of any letters come back from another parser as they were", async () => {
  const task = await parsed({
    program: "C:\\Größe & 样品\\pewatch.exe",
    args: ["run", "--config", "C:\\Größe & 样品\\<a> 'b'.toml"],
    folder: "C:\\Größe & 样品",
    user: "DESY\\müller",
  });
  assert.equal(find(task, "Command").text, "C:\\Größe & 样品\\pewatch.exe");
  assert.equal(find(task, "Arguments").text, "run --config \"C:\\Größe & 样品\\<a> 'b'.toml\"");
  assert.equal(find(task, "WorkingDirectory").text, "C:\\Größe & 样品");
  assert.equal(find(task, "UserId").text, "DESY\\müller");
});

Deno.test("it starts with the computer, is never ended for its time, batteries or idleness, and comes back", async () => {
  const task = await parsed();
  const settings = find(task, "Settings");
  const expected = {
    MultipleInstancesPolicy: "IgnoreNew",
    DisallowStartIfOnBatteries: "false",
    StopIfGoingOnBatteries: "false",
    StopOnIdleEnd: "false",
    RunOnlyIfIdle: "false",
    ExecutionTimeLimit: "PT0S",
  };
  for (const [name, text] of Object.entries(expected)) assert.equal(find(settings, name).text, text, name);
  assert.equal(find(find(task, "BootTrigger"), "Enabled").text, "true");
  assert.equal(find(find(task, "Repetition"), "Interval").text, "PT1M");
  assert.ok(Number(find(find(settings, "RestartOnFailure"), "Count").text) >= 1);
  // 4 to 6 are normal; the default, 7, is for chores in the background.
  assert.ok([4, 5, 6].includes(Number(find(settings, "Priority").text)));
});

Deno.test("whose rights: the system's by its number, a user's with the password kept, or without one", async () => {
  const system = find(await parsed(), "Principal");
  assert.equal(find(system, "UserId").text, "S-1-5-18");
  assert.ok(!childNames(system).includes("LogonType"));
  assert.equal(find(await parsed({ user: "xray" }), "LogonType").text, "Password");
  assert.equal(find(await parsed({ user: "xray", password: false }), "LogonType").text, "S4U");
});

for (
  const [argument, quoted] of [
    ["run", "run"],
    ["C:\\a\\b.toml", "C:\\a\\b.toml"],
    ["C:\\a b\\c.toml", '"C:\\a b\\c.toml"'],
    ["C:\\a b\\", '"C:\\a b\\\\"'],
    ['a "b" \\" c', '"a \\"b\\" \\\\\\" c"'],
    ["", '""'],
  ] as const
) {
  Deno.test(`on a command line of Windows ${argument || "nothing"} is ${quoted}`, () => {
    assert.equal(quoteArgument(argument), quoted);
  });
}
