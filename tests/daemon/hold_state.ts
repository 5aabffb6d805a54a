/** Runs a daemon without stages on the base folder that it is given, with the state folder of another, until it is killed. */
import { defaultSettings } from "../../src/config/settings.ts";
import { Daemon } from "../../src/daemon/daemon.ts";
import { memoryLog } from "./helpers.ts";

const [base, state] = Deno.args as [string, string];
const settings = defaultSettings(base);
const daemon = new Daemon({ ...settings, daemon: { ...settings.daemon, state_dir: state } }, {
  log: memoryLog(),
  stages: [],
});
await daemon.start();
console.log("held");
setInterval(() => {}, 1000);
