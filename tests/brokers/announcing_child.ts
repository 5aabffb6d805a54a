/** Announces so many frames in a process that may be killed: announcing_child.ts FOLDER PLUGIN TABLE COUNT. */
import { Announcing } from "./announcing.ts";

const [folder, plugin, table, count] = Deno.args as [string, string, string, string];
const announcing = await Announcing.start({ folder, plugin, table: JSON.parse(table) });
const { delivered } = announcing.ledger;
for (let number = delivered + 1; number <= Number(count); number++) {
  await announcing.deliver(number, number);
  // As fast as a detector, not as a disk: kills come while frames are sent.
  await new Promise((resolve) => setTimeout(resolve, 3));
}
await announcing.done();
await announcing[Symbol.asyncDispose]();
