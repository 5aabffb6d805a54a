/** The unit, as text and as systemd's own checker sees it, and the calls of systemctl. */
import assert from "node:assert/strict";
import { ServiceError } from "../../../src/cli/service/manager.ts";
import { Systemd } from "../../../src/cli/service/systemd.ts";
import { systemdUnit } from "../../../src/cli/service/systemd_unit.ts";
import { TempFolder } from "../../temp_folder.ts";
import { definition } from "./definitions.ts";
import { recordingTool } from "./recording_tool.ts";

function linux(change: Parameters<typeof definition>[0] = {}) {
  const args = ["run", "--config", "/srv/pewatch/pewatch.toml"];
  return definition({ program: "/srv/pewatch/pewatch", args, folder: "/srv/pewatch", ...change });
}

Deno.test("the unit starts with the computer, stops by SIGTERM with time to come to an end, and comes back after a crash", () => {
  const lines = systemdUnit(linux()).split("\n");
  for (
    const line of [
      "ExecStart=/srv/pewatch/pewatch run --config /srv/pewatch/pewatch.toml",
      "WorkingDirectory=/srv/pewatch",
      "Restart=on-failure",
      "RestartPreventExitStatus=2",
      "TimeoutStopSec=330",
      "WantedBy=multi-user.target",
    ]
  ) assert.ok(lines.includes(line), line);
  assert.ok(!lines.some((line) => /^(KillSignal|User)=/.test(line)));
  assert.match(systemdUnit(linux({ user: "xray" })), /^User=xray$/m);
});

Deno.test("words with blanks, quotes, percent and dollar signs stay what they are", () => {
  const unit = systemdUnit(linux({ args: ["run", "--config", '/srv/50 % "$x"\\.toml'], folder: "/srv/50 %" }));
  assert.match(unit, /^ExecStart=\/srv\/pewatch\/pewatch run --config "\/srv\/50 %% \\"\$\$x\\"\\\\\.toml"$/m);
  assert.match(unit, /^WorkingDirectory=\/srv\/50 %%$/m);
});

const analyze = await has("systemd-analyze");

Deno.test({
  name: "systemd-analyze verify finds no fault in the unit",
  ignore: !analyze,
  fn: async () => {
    using folder = new TempFolder();
    const file = folder.join("pewatch.service");
    const unit = linux({ program: "/bin/true", args: ["a b", '50 % "$x"'], folder: folder.path });
    Deno.writeTextFileSync(file, systemdUnit(unit));
    const { code, stderr } = await new Deno.Command("systemd-analyze", { args: ["verify", file] }).output();
    const complaints = new TextDecoder().decode(stderr).split("\n").filter((line) => line.includes("pewatch"));
    assert.deepEqual({ code, complaints }, { code: 0, complaints: [] });
  },
});

Deno.test("install writes the unit and lets systemd start it, also over an older one", async () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("pewatch.service"), "old");
  const { run, calls } = recordingTool();
  await new Systemd(run, folder.path).install(linux());
  assert.equal(Deno.readTextFileSync(folder.join("pewatch.service")), systemdUnit(linux()));
  assert.deepEqual(calls, ["systemctl daemon-reload", "systemctl enable pewatch", "systemctl restart pewatch"]);
});

Deno.test("uninstall stops it and leaves no unit; stop leaves the stopping to systemd", async () => {
  using folder = new TempFolder();
  Deno.writeTextFileSync(folder.join("pewatch.service"), "");
  const { run, calls } = recordingTool();
  const systemd = new Systemd(run, folder.path);
  await systemd.stop("pewatch");
  await systemd.uninstall("pewatch");
  assert.deepEqual(calls, [
    "systemctl stop pewatch",
    "systemctl disable --now pewatch",
    "systemctl daemon-reload",
  ]);
  assert.deepEqual([...Deno.readDirSync(folder.path)], []);
});

Deno.test("what systemctl refuses is reported with its exit code, and nothing more is done", async () => {
  using folder = new TempFolder();
  const { run, calls } = recordingTool({ "systemctl enable": 4 });
  await assert.rejects(
    new Systemd(run, folder.path).install(linux()),
    (error) => error instanceof ServiceError && error.message.startsWith("systemctl enable ended with 4"),
  );
  assert.equal(calls.at(-1), "systemctl enable pewatch");
});

async function has(command: string): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: ["--version"], stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}
