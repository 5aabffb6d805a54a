/** Metrics: judged by promtool, scraped by a real Prometheus from a running daemon. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { familiesOf } from "../../src/http/metrics/families.ts";
import { LatencyHistogram } from "../../src/http/metrics/latency_histogram.ts";
import { formatFor, metricsText } from "../../src/http/metrics/text.ts";
import { STATUS } from "../tango/fakes.ts";
import { PageDaemon } from "../page/daemon.ts";
import { TempFolder } from "../temp_folder.ts";
import { eventually } from "./eventually.ts";

const MONITORING = join(import.meta.dirname!, "..", "..", "docs", "monitoring");
const OPENMETRICS = "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

/** The folder of Prometheus' programs, which build/lib/prometheus.sh makes. */
function prometheus(program: "prometheus" | "promtool"): string {
  const folder = Deno.env.get("PEWATCH_PROMETHEUS");
  assert.ok(folder, "Prometheus is not there: build/test unit gets it");
  return join(folder, program);
}

const daemon = new PageDaemon();
Deno.test.beforeAll(() => daemon.start());
Deno.test.afterAll(() => daemon[Symbol.asyncDispose]());

async function promtool(args: readonly string[], stdin = ""): Promise<void> {
  const child = new Deno.Command(prometheus("promtool"), {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  assert.equal(code, 0, text.decode(stdout) + text.decode(stderr));
}

Deno.test("a scraper gets the format that it prefers, others the one that all understand", () => {
  assert.equal(formatFor(OPENMETRICS), "openmetrics");
  assert.equal(formatFor("text/plain;version=0.0.4"), "prometheus");
  assert.equal(formatFor("application/openmetrics-text;version=0.0.1,text/plain"), "prometheus");
  assert.equal(formatFor("application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.9"), "prometheus");
  assert.equal(formatFor("application/openmetrics-text;version=1.0.0;q=0"), "prometheus");
  for (const accept of [undefined, "*/*", "text/html", "application/openmetrics-text;q=x"]) {
    assert.equal(formatFor(accept), "prometheus", accept);
  }
});

Deno.test("values and labels are written as both formats want them", () => {
  const families = [
    { name: "a", type: "counter", help: "A", samples: [{ labels: { b: 'c"\\\n' }, value: 1 }] },
    { name: "none", type: "gauge", help: "N", samples: [] },
    { name: "h", type: "histogram", help: "H", bounds: [0.5, 1], counts: [1, 2, 3], sum: 9 },
  ] as const;
  const buckets = 'h_bucket{le="0.5"} 1\nh_bucket{le="1.0"} 3\nh_bucket{le="+Inf"} 6\nh_sum 9\nh_count 6\n';
  const sample = 'a_total{b="c\\"\\\\\\n"} 1\n';
  assert.equal(
    metricsText(families, "openmetrics"),
    `# HELP a A\n# TYPE a counter\n${sample}# HELP h H\n# TYPE h histogram\n${buckets}# EOF\n`,
  );
  assert.match(metricsText(families, "prometheus"), /^# HELP a_total A\n# TYPE a_total counter\na_total/);
});

Deno.test("the alert rules and the configuration are right, and every metric in them and in the dashboard is there", async () => {
  await promtool(["check", "rules", join(MONITORING, "alerts.yml")]);
  await promtool(["check", "config", join(MONITORING, "prometheus.yml")]);
  const text = await daemon.text("metrics");
  const there = new Set([...text.matchAll(/^([a-z_]+)[ {]/gm)].map(([, name]) => name));
  // Absent while they have no value.
  for (const name of ["pewatch_raw_volume_full_seconds", "pewatch_newest_frame_age_seconds"]) there.add(name);
  const used = ["alerts.yml", "grafana.json"].map((name) => Deno.readTextFileSync(join(MONITORING, name))).join("\n");
  const names = new Set([...used.matchAll(/\b((?:pewatch|process)_[a-z_]+)(?=[ {)[]|\\?")/g)].map(([, name]) => name!));
  assert.ok(names.size > 10);
  assert.deepEqual([...names].filter((name) => !there.has(name)), []);
});

Deno.test("promtool finds no fault in the metrics of a running daemon, and they stay few", async () => {
  await daemon.simulate(3, { width: 64 });
  const text = await eventually(
    () => daemon.text("metrics"),
    (text) => text.includes("pewatch_frames_delivered_total 3\n"),
  );
  await promtool(["check", "metrics"], text);
  assert.match(text, /^pewatch_frame_latency_seconds_count 3$/m);
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  assert.ok(series.length > 50 && series.length < 200, `${series.length} series`);
  assert.doesNotMatch(text, /\.tif|S-\d/);
});

Deno.test("whatever plugins, conditions and frames there are, the series stay the same few", () => {
  const of = (count: number) => {
    const standing = Array.from({ length: count }, (_, at) => ({
      key: `claim S-${at}.tif`,
      kind: at % 2 === 0 ? "frame" : "plugin",
      message: `S-${at}.tif waits`,
      todo: "",
      since: new Date(),
    }));
    const plugins = Array.from({ length: count }, () => ({ state: "ready" as const, firings: 1, failures: 0 }));
    const server = { viewers: 1, connections: 1, requests: 1, dropped: 0 };
    return metricsText(
      familiesOf({
        version: "1",
        status: { ...STATUS, standing, retries: { frame: count } },
        plugins,
        latency: new LatencyHistogram().reading,
        quarantined: { unreadable: count, undeliverable: 0 },
        darksKept: 0,
        newestAge_s: 1,
        rawFullIn_s: 1,
        startedAt_s: 1,
      }, server),
      "openmetrics",
    );
  };
  const series = (text: string) =>
    text.split("\n").filter((line) => /^[a-z]/.test(line)).map((line) => line.split(" ")[0]);
  const many = of(3000);
  assert.deepEqual(series(many), series(of(0)));
  assert.ok(series(many).length < 200, `${series(many).length} series`);
  assert.doesNotMatch(many, /\.tif|S-\d/);
});

Deno.test("a real Prometheus scrapes a running daemon, and its queries find what was delivered", async () => {
  await daemon.simulate(1, { width: 64, firstNumber: 4 });
  using folder = new TempFolder();
  const target = new URL(daemon.url).host;
  Deno.writeTextFileSync(
    folder.join("prometheus.yml"),
    Deno.readTextFileSync(join(MONITORING, "prometheus.yml")).replace("127.0.0.1:8099", target).replace("5s", "200ms")
      .replace("alerts.yml", join(MONITORING, "alerts.yml")),
  );
  const port = freePort();
  const child = new Deno.Command(prometheus("prometheus"), {
    args: [
      `--config.file=${folder.join("prometheus.yml")}`,
      `--storage.tsdb.path=${folder.join("data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const query = async (text: string): Promise<string | null> => {
      try {
        const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(text)}`);
        return (await response.json()).data?.result?.[0]?.value?.[1] ?? null;
      } catch {
        return null; // it starts
      }
    };
    await eventually(() => query("pewatch_frames_delivered_total"), (value) => value === "4");
    assert.equal(await query("up"), "1");
    assert.equal(await query('sum(pewatch_frame_latency_seconds_bucket{le="+Inf"})'), "4");
    assert.equal(await query('pewatch_state{state="RUNNING"}'), "1");
    assert.match(await query("pewatch_build_info") ?? "", /^1$/);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
