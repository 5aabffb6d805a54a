/** Passes whose only stage fails, in this thread; prints why each pass has ended. A file of its own: it is run as a program. */
import { runOnePass } from "../../src/daemon/one_pass.ts";
import { memoryLog, settingsIn, source, tempFolder } from "./helpers.ts";

for (const how of ["throws", "rejects", "throws in a timer"]) {
  using folder = tempFolder();
  const settings = settingsIn(folder.path, { misbehaves: { how } });
  const stages = [source("misbehaves", { essential: true })];
  const { stageError } = await runOnePass(settings, { log: memoryLog(), stages, inThread: true });
  console.log(stageError);
}
