import assert from "node:assert/strict";

/** Of each thread of this process. */
function niceOfThreads(): number[] {
  return [...Deno.readDirSync("/proc/self/task")].flatMap(({ name }) => {
    try {
      const stat = Deno.readTextFileSync(`/proc/self/task/${name}/stat`);
      return [Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16])];
    } catch {
      return []; // it has ended
    }
  });
}

Deno.test({
  name: "a worker that stands back does so alone: no other thread's priority changes",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const before = niceOfThreads().filter((nice) => nice === 5).length;
    const url = new URL("../../../ffi/system/priority.ts", import.meta.url).href;
    const code = `import { standBack } from ${
      JSON.stringify(url)
    }; self.postMessage(standBack()); self.onmessage = () => {};`;
    const worker = new Worker(`data:application/javascript,${encodeURIComponent(code)}`, { type: "module" });
    try {
      const done = await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
      assert.equal(done, true);
      assert.equal(niceOfThreads().filter((nice) => nice === 5).length, before + 1);
    } finally {
      worker.terminate();
    }
  },
});
