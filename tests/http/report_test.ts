/** What the page says: the sentence in each situation, the time until the RAM disk is full, curves, frames. */
import assert from "node:assert/strict";
import { Broadcast } from "../../src/http/broadcast.ts";
import type { ToHttpWorker } from "../../src/http/messages.ts";
import { FillTime } from "../../src/http/report/fill_time.ts";
import { FrameHistory } from "../../src/http/report/frame_history.ts";
import { Report } from "../../src/http/report/report.ts";
import { type Situation, type Verdict, verdictOf } from "../../src/http/report/sentence.ts";
import { Trends } from "../../src/http/report/trends.ts";
import type { PluginStatus } from "../../src/plugins/host/plugin_status.ts";
import { defaultSettings } from "../../src/config/settings.ts";
import { STATUS } from "../tango/fakes.ts";

function verdict(changes: Partial<Omit<Situation, "status">> & { status?: Partial<Situation["status"]> } = {}) {
  const status = { ...STATUS, plugins: [], ...changes.status };
  return verdictOf({ rawFolder: "R:/raw", age_s: 0.4, fullIn_s: null, quarantinedLately: 0, ...changes, status });
}

const RATE = { frames: { ...STATUS.frames, rate_per_s: 15 } };
const OUTPUT = {
  key: "output",
  kind: "output",
  message: "the output D:/data is full",
  todo: "Make room",
  since: new Date(),
};

Deno.test("each situation has its sentence and its colour", () => {
  const plugin = { name: "bright", state: "aside" } as PluginStatus;
  const stage = { name: "02_merge_data", state: "aside", essential: true } as PluginStatus;
  const extra = { ...OUTPUT, key: "plugin:a", kind: "plugin", message: "a: failed 5 times", todo: "Correct it" };
  const fast = "15.0 frames/s, newest 0.4 s old";
  const cases: readonly [Parameters<typeof verdict>[0], Verdict["level"], string | RegExp][] = [
    [{ age_s: null }, "idle", "Ready: no frame yet"],
    [{ status: RATE }, "good", fast],
    [{ age_s: 95, status: RATE }, "idle", "Waiting for frames, newest 1 min 35 s old"],
    [
      { status: { running: false, waiting: { raw: 1, temp: 0, proc: 0 } } },
      "off",
      "Stopped: 1 frame waits until the next start, none lost",
    ],
    [
      { fullIn_s: 241, status: { standing: [OUTPUT], waiting: { raw: 1204, temp: 3, proc: 12 } } },
      "bad",
      "The output D:/data is full: 1\u202f219 frames wait, none lost; RAM disk full in 4 min 1 s",
    ],
    [
      { status: { behind: true, waiting: { raw: 40, temp: 0, proc: 0 } } },
      "attention",
      "Falling behind: 40 frames wait, none lost",
    ],
    [{ fullIn_s: 60, status: RATE }, "bad", /./],
    [{ fullIn_s: 900, status: RATE }, "attention", /./],
    [{ fullIn_s: 9000, status: RATE }, "good", fast],
    [{ quarantinedLately: 3, status: RATE }, "attention", /; 3 frames went to the quarantine$/],
    [{ status: { ...RATE, plugins: [plugin] } }, "attention", `${fast}; plugin bright does not run`],
    // What frames do without is amber, and never said in place of what holds them up.
    [{ status: { ...RATE, standing: [extra] } }, "attention", `${fast}; a: failed 5 times`],
    [{ status: { ...RATE, standing: [extra], plugins: [plugin] } }, "attention", /./],
    [{ status: { standing: [extra, OUTPUT] } }, "bad", "The output D:/data is full (and 1 more)"],
    [{ status: { standing: [extra], plugins: [stage] } }, "bad", "A: failed 5 times"],
  ];
  for (const [changes, expected, words] of cases) {
    const { level, sentence } = verdict(changes), what = JSON.stringify(changes);
    assert.equal(level, expected, what);
    if (typeof words === "string") assert.equal(sentence, words, what);
    else assert.match(sentence, words, what);
  }
  assert.equal(verdict({ status: { standing: [OUTPUT] } }).detail, "Make room");
});

Deno.test("masses of conditions, and what plugins say without end, stay within a few kilobytes", () => {
  const standing = Array.from({ length: 5000 }, (_, at) => ({
    ...OUTPUT,
    key: `frame ${at}`,
    message: "long ".repeat(1000),
  }));
  const plugin = { name: "talks", state: "aside", problem: "x".repeat(1e6) } as PluginStatus;
  const status = { ...STATUS, standing, plugins: [plugin] };
  const daemon = { settings: defaultSettings("/x"), status: () => status, parameters: null };
  const report = new Report(daemon);
  const { conditions, conditionsLeftOut, sentence } = report.state(status);
  assert.deepEqual([conditions.length, conditionsLeftOut], [12, 4988]);
  assert.match(sentence, /… \(and 4999 more\)$/);
  const bytes = JSON.stringify(report.hello()).length;
  assert.ok(bytes < 32_000, `${bytes} bytes`);
});

Deno.test("a RAM disk that fills up has a time, one that only breathes has none", () => {
  const filling = new FillTime();
  for (let s = 0; s <= 20; s++) filling.add(s, 1000e9 - s * 250e6);
  assert.equal(filling.fullIn_s, null, "too short to judge");
  for (let s = 21; s <= 60; s++) filling.add(s, 80e9 - s * 250e6);
  const steady = new FillTime(), breathing = new FillTime(), slow = new FillTime(), fast = new FillTime();
  for (let s = 0; s <= 60; s++) {
    steady.add(s, 80e9);
    // Frames come and go: no trend, whatever the first and the last look say.
    breathing.add(s, 80e9 - 500e6 * ((s * 7) % 10));
    slow.add(s, 80e9 - s * 1e6);
    fast.add(s, 80e9 - s * 250e6 - 30e6 * ((s * 7) % 10));
  }
  assert.equal(steady.fullIn_s, null);
  assert.equal(breathing.fullIn_s, null);
  assert.equal(slow.fullIn_s, null, "in a day is no news");
  assert.ok(Math.abs(fast.fullIn_s! - 260) < 10, `${fast.fullIn_s}`);
  fast.forget();
  assert.equal(fast.fullIn_s, null);
});

Deno.test("curves have a value a second, and gaps where nothing was known", () => {
  const trends = new Trends();
  const point = (waiting: number) => ({ rate_per_s: 1.234, latency_s: null, waiting, ramFree: 5 });
  trends.add(point(1), 1_000);
  trends.add(point(2), 4_050);
  assert.deepEqual(trends.payload.waiting, [1, null, null, 2]);
  assert.deepEqual(trends.payload.rate_per_s, [1.23, null, null, 1.23]);
  for (let s = 5; s < 2000; s++) trends.add(point(s), s * 1000);
  assert.deepEqual([trends.payload.waiting.length, trends.payload.waiting.at(-1)], [600, 1999]);
  assert.equal(trends.payload.end, new Date(1_999_000).toISOString());
});

Deno.test("frames are listed in the order of their ids with what is to be said of them", () => {
  const history = new FrameHistory({ verifies: () => true, now_ms: () => 10_000_000 });
  const roles = { image: "/out/a/P-00001-00001.tif", sidecar: null, nexus: null };
  assert.equal(history.add({ type: "merged", frame: "a/P-00001.tif", tagged: false }), null);
  const frame = { type: "delivered", files: [], bytes: 1, latency_s: 2.5, roles } as const;
  history.add({ ...frame, frame: "a/P-00001.tif", sequence: 8 });
  history.add({ type: "quarantined", frame: "b.tif", folder: "/q", reason: "torn", sequence: 7 });
  history.add({ type: "dark_removed", frame: "d.dark.tif", bytes: 1, sequence: 9 });
  assert.deepEqual(history.listed.map(({ id, kind, folder, name, notes }) => [id, kind, folder, name, notes]), [
    [7, "quarantined", "", "b.tif", ["in quarantine: torn"]],
    [8, "frame", "a", "P-00001.tif", [
      "delivered as P-00001-00001.tif",
      "without a sidecar",
      "its tags hold no metadata",
    ]],
    [9, "dark", "", "d.dark.tif", ["dark, removed"]],
  ]);
  assert.equal(history.newest?.time, new Date(10_000_000 - 2500).toISOString());
  assert.equal(history.files("latest")?.roles?.image, roles.image);
  assert.match(history.files(7)!.reason!, /torn/);
  assert.equal(history.files(1), null);
  // A stage of a user's that knows no ledger: ids go on rising, above all that were used.
  const own = history.add({ ...frame, frame: "e.tif" })!;
  assert.ok(own.id > 1000);
  assert.ok(history.add({ ...frame, frame: "f.tif", sequence: 10 })!.id > own.id);
  assert.deepEqual(history.seen(8, { mean: 1, max: 2, saturated: 0 })?.figures, { mean: 1, max: 2, saturated: 0 });
  assert.equal(history.seen(8, { mean: 3, max: 2, saturated: 0 }), null);
});

Deno.test("while nobody watches, nothing is sent to the server's thread: it sleeps", () => {
  const posted: ToHttpWorker[] = [];
  const daemon = { settings: defaultSettings("/x"), status: () => STATUS, parameters: null };
  const report = new Report(daemon);
  const broadcast = new Broadcast(report, (message) => posted.push(message));
  const files = { roles: { image: "/out/S.tif", sidecar: null, nexus: null }, files: [], bytes: 1, latency_s: 0.1 };
  const publish = () => {
    broadcast.frame(report.frame({ type: "delivered", frame: "S.tif", sequence: 1, ...files })!);
    broadcast.state(STATUS);
    broadcast.folders();
  };
  const names = () => posted.map((message) => message.type === "event" ? message.name : message.type);
  publish();
  assert.deepEqual(names(), []);
  broadcast.viewers(1);
  broadcast.state(STATUS);
  broadcast.folders();
  assert.deepEqual(names(), ["state", "plugins", "parameters", "folders"]);
  broadcast.viewers(0);
  posted.length = 0;
  publish();
  assert.deepEqual(names(), []);
});
