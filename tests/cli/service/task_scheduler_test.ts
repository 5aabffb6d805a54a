/** The calls of schtasks, in their order. */
import assert from "node:assert/strict";
import { ServiceError } from "../../../src/cli/service/manager.ts";
import { TaskScheduler } from "../../../src/cli/service/task_scheduler.ts";
import { encodeTask, taskXml } from "../../../src/cli/service/task_xml.ts";
import { definition } from "./definitions.ts";
import { recordingTool } from "./recording_tool.ts";

/** The XML file's name is another each time. */
function withoutFile(calls: readonly string[]): string[] {
  return calls.map((call) => call.replace(/\/XML \S+/, "/XML FILE"));
}

Deno.test("install gives schtasks the definition in a file, which is gone afterwards, and starts the task", async () => {
  let file = "";
  let given = new Uint8Array();
  const { run, calls } = recordingTool({}, (args) => {
    if (args[0] !== "/Create") return;
    file = args[args.indexOf("/XML") + 1]!;
    given = Deno.readFileSync(file);
  });
  await new TaskScheduler(run).install(definition());
  assert.deepEqual([...given], [...encodeTask(taskXml(definition()))]);
  assert.deepEqual(withoutFile(calls), [
    "schtasks /Create /TN pewatch /XML FILE /F",
    "schtasks /Run /TN pewatch",
  ]);
  assert.throws(() => Deno.statSync(file), Deno.errors.NotFound);
});

Deno.test("a user's password is left to schtasks to ask for, or not asked for at all", async () => {
  const { run, calls } = recordingTool();
  await new TaskScheduler(run).install(definition({ user: "DESY\\xray" }));
  await new TaskScheduler(run).install(definition({ user: "DESY\\xray", password: false }));
  assert.deepEqual(withoutFile(calls).filter((call) => call.includes("/Create")), [
    "schtasks /Create /TN pewatch /XML FILE /F /RU DESY\\xray",
    "schtasks /Create /TN pewatch /XML FILE /F /RU DESY\\xray /NP",
  ]);
});

Deno.test("what schtasks refuses is reported with its exit code, and the task is not started", async () => {
  const { run, calls } = recordingTool({ "schtasks /Create": 1 });
  await assert.rejects(
    new TaskScheduler(run).install(definition()),
    (error) => error instanceof ServiceError && /^schtasks \/Create ended with 1; .*administrator/.test(error.message),
  );
  assert.equal(calls.length, 1);
});

Deno.test("stop switches the task off before the daemon is asked, and never lets Windows kill it", async () => {
  const { run, calls } = recordingTool();
  const stopDaemon = () => Promise.resolve(void calls.push("the daemon is asked"));
  const scheduler = new TaskScheduler(run);
  await scheduler.stop("pewatch", stopDaemon);
  assert.deepEqual(calls, ["schtasks /Change /TN pewatch /DISABLE", "the daemon is asked"]);
  calls.length = 0;
  await scheduler.uninstall("pewatch", stopDaemon);
  assert.deepEqual(calls, [
    "schtasks /Change /TN pewatch /DISABLE",
    "the daemon is asked",
    "schtasks /Delete /TN pewatch /F",
  ]);
  calls.length = 0;
  await scheduler.start("pewatch");
  assert.deepEqual(calls, ["schtasks /Change /TN pewatch /ENABLE", "schtasks /Run /TN pewatch"]);
});

Deno.test("a task is not taken away while its daemon works on", async () => {
  const { run, calls } = recordingTool();
  const stopDaemon = () => Promise.reject(new ServiceError("The daemon was not stopped"));
  await assert.rejects(new TaskScheduler(run).uninstall("pewatch", stopDaemon), ServiceError);
  assert.ok(!calls.some((call) => call.includes("/Delete")));
});
