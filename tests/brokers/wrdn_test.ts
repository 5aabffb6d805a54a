/** The plugin wrdn: its bytes read by ESS's own package, out of a real Kafka broker. */
import assert from "node:assert/strict";
import { mappedPath } from "../../plugins/lib/broker/mapped_path.ts";
import { until } from "../daemon/helpers.ts";
import { TempFolder } from "../temp_folder.ts";
import { Announcing } from "./announcing.ts";
import { KafkaBroker } from "./kafka_broker.ts";
import { python } from "./python_tool.ts";

Deno.test("wrdn: each NeXus file is one message that ESS's package reads, with the path of the ingestor's computer", async () => {
  await using broker = await KafkaBroker.start();
  const topic = "pewatch.files";
  await broker.make(topic);
  using folder = new TempFolder();
  const start = (paths: unknown) => {
    const table = { servers: [broker.address], source: "pe1", paths };
    return Announcing.start({ folder: folder.path, plugin: "wrdn", table });
  };
  const withNexus = (name: string) => ({
    files: [
      { name: `${name}.tif`, role: "image" as const, size: 1, sha256: null },
      { name: `${name}.nxs`, role: "nexus" as const, size: 1, sha256: null },
    ],
  });
  {
    await using pewatch = await start([{ from: "/elsewhere", to: "/x" }]);
    await pewatch.deliver(1, 1, withNexus("P-00001"));
    await until(() => pewatch.condition !== undefined, "that the path is in no mapping");
    assert.match(
      pewatch.condition!,
      /series\/P-00001\.nxs is outside the folders of "paths" \(\/elsewhere\); add/,
    );
  }
  await using pewatch = await start([{ from: "/data", to: "/x" }, { from: "/data/out", to: "/nfs/pe ä" }]);
  await pewatch.deliver(2, 2);
  await pewatch.deliver(3, 3, withNexus("P-00003"));
  await pewatch.done();
  const messages = await broker.read(topic);
  assert.equal(messages.length, 2, "a frame without a NeXus file has no message");
  const fields = await Promise.all(
    messages.map(({ body }) => python<Record<string, unknown>>("wrdn_tool", body as unknown as string)),
  );
  assert.deepEqual(fields.map((field) => field["file_name"]), [1, 3].map((at) => `/nfs/pe ä/series/P-0000${at}.nxs`));
  assert.equal(new Set(fields.map((field) => field["job_id"])).size, 2);
  const [first] = fields;
  assert.deepEqual([first!["service_id"], first!["error_encountered"], first!["same_bytes"]], ["pewatch", false, true]);
  const metadata = JSON.parse(String(first!["metadata"]));
  assert.deepEqual(metadata, { source: "pe1", sequence: 2, name: "P-00001.tif", series: "P" });
});

Deno.test("wrdn: paths of Windows are mapped without regard to case, by the longest folder, to either kind of system", () => {
  const mappings = [{ from: "D:\\", to: "/d" }, { from: "d:\\Data\\", to: "/nfs/data/" }, {
    from: "E:\\x",
    to: "\\\\srv\\x",
  }];
  assert.equal(mappedPath("D:\\data\\a b\\P.nxs", mappings), "/nfs/data/a b/P.nxs");
  assert.equal(mappedPath("D:\\database\\P.nxs", mappings), "/d/database/P.nxs");
  assert.equal(mappedPath("E:\\X\\y\\P.nxs", mappings), "\\\\srv\\x\\y\\P.nxs");
  assert.equal(mappedPath("/data/a\\b.nxs", [{ from: "/data", to: "/n" }]), "/n/a\\b.nxs");
  assert.throws(() => mappedPath("F:\\P.nxs", mappings), /is outside the folders/);
  assert.equal(mappedPath("F:\\P.nxs", []), "F:\\P.nxs");
});
