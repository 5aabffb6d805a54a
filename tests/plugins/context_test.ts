import assert from "node:assert/strict";
import { defaultSettings } from "../../src/config/settings.ts";
import type { Condition } from "../../src/frames/events.ts";
import { ContextMaker } from "../../src/plugins/worker/context.ts";
import { Channel } from "../../src/plugins/worker/channel.ts";
import { pluginFolders } from "../../src/plugins/host/plugin_host.ts";
import type { ContextData } from "../../src/plugins/messages.ts";

const settings = defaultSettings("/base");
const DATA: ContextData = { tick: 1, folders: pluginFolders(settings), maxProc: 1, settings, config: {} };

/** A context's condition(), and what came of its calls. */
async function conditions(messagesMax = 1_000_000) {
  const heard: Condition[] = [];
  const channel = new Channel(
    (message) => void (message.type === "condition" && heard.push(message.condition)),
    messagesMax,
  );
  const signal = new AbortController().signal;
  const made = await new ContextMaker(channel).make(DATA, { name: "test", signal, schema: undefined });
  assert("context" in made);
  return { report: made.context.report.condition, heard, channel };
}

Deno.test("taking back a condition that does not stand is no news, taking back one that does is", async () => {
  const { report, heard } = await conditions();
  report({ key: "a", message: null });
  assert.deepEqual(heard, []);
  report({ key: "a", message: "wrong" });
  report({ key: "b", message: null });
  report({ key: "a", message: "worse" });
  report({ key: "a", message: null });
  report({ key: "a", message: null });
  assert.deepEqual(heard.map(({ message }) => message), ["wrong", "worse", null]);
});

Deno.test("a condition whose end was left out in a flood is ended by the next word", async () => {
  const { report, heard, channel } = await conditions(1);
  report({ key: "a", message: "wrong" });
  report({ key: "a", message: null });
  assert.equal(heard.length, 1);
  channel.begin();
  report({ key: "a", message: null });
  assert.deepEqual(heard.at(-1), { key: "a", message: null });
});

Deno.test("of more conditions than are remembered each is reported and solved", async () => {
  const { report, heard } = await conditions();
  for (let index = 0; index < 3000; index++) report({ key: `k${index}`, message: "x" });
  for (let index = 0; index < 3000; index++) report({ key: `k${index}`, message: null });
  const ended = new Set(heard.filter(({ message }) => message === null).map(({ key }) => key));
  assert.equal(ended.size, 3000);
});
