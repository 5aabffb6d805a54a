/** Names, sidecars, configurations and arguments that hold a terminal's commands: none comes through, in any command. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/commands.ts";
import { makeTiff } from "../tiff/make_tiff.ts";
import { TempFolder } from "../temp_folder.ts";
import { runCli } from "./run_cli.ts";

/** Title of the window, clear the screen, the same by C1 and DEL, text turned round. */
const HOSTILE = "\x1b]0;pwned\x07\x1b[2J\u009b2J\x7f\u202e";
const SIDECAR =
  `[metadata]\nwidth=64\nheight=32\nuserComment1=${HOSTILE}\ntitle=\\x1b]0;x\\a\n${HOSTILE}=1\n${HOSTILE}\n`;

/** Each command with what it can meet, words apart by blanks; `{}` is the folder of the test. Every command is here. */
const CASES: Readonly<Record<string, readonly string[]>> = {
  run: [`--config {}/${HOSTILE}.toml`, "--config {}/bad.toml", "--config {}/worse.toml", "--once --config {}/raw.toml"],
  stop: [`--config {}/${HOSTILE}.toml`, "--config {}/raw.toml"],
  retry: [`--config {}/raw.toml ${HOSTILE}`, "--config {}/worse.toml"],
  service: [HOSTILE, `status --config {}/${HOSTILE}.toml`, `install ${HOSTILE}`],
  process: [
    `--dry-run {}/${HOSTILE}raw -o {}/out${HOSTILE}`,
    `--dry-run --json {}/${HOSTILE}raw -o {}/out`,
    `{}/${HOSTILE}raw -o {}/out${HOSTILE}`,
    `--json {}/${HOSTILE}raw -o {}/out`,
    `{}/missing${HOSTILE} -o {}/out`,
  ],
  integrate: [
    `{}/${HOSTILE}raw`,
    `--json {}/${HOSTILE}raw`,
    `{}/missing${HOSTILE}`,
    `--mask {}/mask${HOSTILE}.npy {}/${HOSTILE}raw`,
    `--unit ${HOSTILE} {}/${HOSTILE}raw`,
    `-o {}/missing${HOSTILE} {}/${HOSTILE}raw`,
  ],
  simulate: [
    `--size 16 -r 0 -n 1 --base b${HOSTILE} --json {}/simulated`,
    `--size ${HOSTILE} {}/simulated`,
    `{}/bad.toml/${HOSTILE} -n 1`,
  ],
  demo: [HOSTILE, `--${HOSTILE}`],
  inspect: [
    `{}/${HOSTILE}raw/${HOSTILE}.tif`,
    `{}/${HOSTILE}raw/${HOSTILE}.tif.metadata`,
    `--json {}/${HOSTILE}raw/${HOSTILE}.tif.metadata`,
    `{}/out${HOSTILE}/${HOSTILE}.nxs`,
    `--json {}/out${HOSTILE}/${HOSTILE}.nxs`,
    `{}/out${HOSTILE}/${HOSTILE}.tif`,
    `{}/missing${HOSTILE}`,
    `--json {}/missing${HOSTILE}`,
  ],
  log: [`${HOSTILE} --config {}/raw.toml`, `--json ${HOSTILE} --config {}/raw.toml`, `F --config {}/${HOSTILE}.toml`],
  audit: [
    "--config {}/raw.toml",
    "--json --config {}/raw.toml",
    `--export ${HOSTILE} --config {}/raw.toml`,
    `--export bagit --into {}/bag${HOSTILE} --folder ${HOSTILE} --config {}/raw.toml`,
    `--since ${HOSTILE} --config {}/raw.toml`,
    `--files --root {}/missing${HOSTILE} --config {}/raw.toml`,
  ],
  confirm: [`${HOSTILE} {}/missing${HOSTILE} --config {}/raw.toml`, `${HOSTILE} {}/bad.toml --config {}/raw.toml`],
  consumers: ["list --config {}/raw.toml", `forget ${HOSTILE} --config {}/raw.toml`, HOSTILE],
  plugins: [
    "list --config {}/raw.toml",
    "list --json --config {}/raw.toml",
    `check {}/plugins/${HOSTILE}.ts`,
    "check {}/plugins/named.ts --config {}/raw.toml",
    `retry ${HOSTILE} --config {}/raw.toml`,
    `new ${HOSTILE}`,
    HOSTILE,
  ],
  parameters: ["list --config {}/raw.toml", `remove ${HOSTILE} --config {}/raw.toml`, HOSTILE],
  settings: ["list --config {}/raw.toml", `forget ${HOSTILE} --config {}/raw.toml`, HOSTILE],
  tango: [
    `register --config {}/raw.toml ${HOSTILE}`,
    "register --config {}/raw.toml",
    "values --once --config {}/worse.toml",
    HOSTILE,
  ],
  epics: ["values --once --config {}/worse.toml", "values --config {}/raw.toml", HOSTILE],
  doctor: ["--config {}/raw.toml", "--json --config {}/raw.toml", "--config {}/worse.toml"],
  init: [`--from {}/${HOSTILE}.ini {}/new`, `--from {}/missing {}/${HOSTILE}`, "{}/again", "{}/again"],
  docs: [HOSTILE],
  help: [HOSTILE],
  [HOSTILE]: [""],
  [`--${HOSTILE}`]: [""],
};

Deno.test({
  name: "no command writes a control character of a name, a sidecar, a configuration or an argument",
  ignore: Deno.build.os === "windows", // no such names there
  async fn(test) {
    using folder = new TempFolder();
    prepare(folder.path);
    for (const name of Object.keys(COMMANDS)) assert.ok(Object.hasOwn(CASES, name), `no case of pewatch ${name}`);
    for (const [command, cases] of Object.entries(CASES)) {
      await test.step(JSON.stringify(command), async () => {
        for (const words of cases) {
          const args = words === "" ? [] : words.split(" ");
          const given = [command, ...args.map((arg) => arg.replace("{}", folder.path))];
          const env = { HOME: folder.path, TANGO_HOST: "" };
          const { out, err } = await runCli(given, { cwd: folder.path, env });
          const shown = `${JSON.stringify(given)}: ${JSON.stringify(out + err)}`;
          assert.ok(out + err !== "", shown);
          // deno-lint-ignore no-control-regex
          assert.doesNotMatch(out + err, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/, shown);
          if (args.includes("--json") && out !== "") { for (const part of jsonIn(command, out)) JSON.parse(part); }
        }
      });
    }
  },
});

/** `simulate` writes one line a frame. */
function jsonIn(command: string, out: string): string[] {
  return command === "simulate" ? out.trim().split("\n") : [out];
}

function prepare(folder: string): void {
  const raw = join(folder, `${HOSTILE}raw`);
  for (
    const path of [raw, "raw", "plugins", "temp", "proc", "out", "state"].map((name) =>
      join(folder, name.replace(folder, ""))
    )
  ) {
    Deno.mkdirSync(path, { recursive: true });
  }
  Deno.writeFileSync(join(raw, `${HOSTILE}.tif`), makeTiff());
  Deno.writeTextFileSync(join(raw, `${HOSTILE}.tif.metadata`), SIDECAR);
  Deno.writeFileSync(join(raw, `${HOSTILE}cut.tif`), new Uint8Array(10));
  Deno.writeTextFileSync(join(folder, "plugins", `${HOSTILE}.ts`), `throw new Error(${JSON.stringify(HOSTILE)});\n`);
  Deno.writeTextFileSync(
    join(folder, "plugins", "named.ts"),
    `export const NAME = ${
      JSON.stringify(HOSTILE)
    };\nconsole.log(NAME);\nexport const TICKTACK = 1;\nexport function work() {}\n`,
  );
  Deno.writeTextFileSync(
    join(folder, `${HOSTILE}.ini`),
    `[Configuration]\nraw_dir=/x${HOSTILE}\n${HOSTILE}=1\nfileBase=${HOSTILE}\nuserComment1=${HOSTILE}\n`,
  );
  const escaped = JSON.stringify(HOSTILE).slice(1, -1).replaceAll("\x7f", "\\u007f").replaceAll("\u009b", "\\u009b");
  const toml = (lines: string[]) => `${lines.join("\n")}\n`;
  Deno.writeTextFileSync(join(folder, "bad.toml"), `[folders]\nraw = "${HOSTILE}\n`);
  Deno.writeTextFileSync(
    join(folder, "worse.toml"),
    toml(["[folders]", `"${escaped}" = 1`, `raw = "${escaped}"`, "[log]", `level = "${escaped}"`]),
  );
  Deno.writeTextFileSync(
    join(folder, "raw.toml"),
    toml([
      "[daemon]",
      `state_dir = '${folder}/state'`,
      "[frames]",
      "settle_s = 0.1",
      "sidecar_wait_s = 0.1",
      "[folders]",
      `raw = '${folder}/raw'`,
      `temp = '${folder}/temp'`,
      `proc = '${folder}/proc'`,
      `output_root = '${folder}/out'`,
      "[sample]",
      `name = "${escaped}"`,
      "[plugins]",
      `dir = '${folder}/plugins'`,
      "[log]",
      "file = ''",
    ]),
  );
}
