import assert from "node:assert/strict";
import { TimeLimit, TimeLimitError } from "../../src/time/time_limit.ts";

Deno.test("what does not come back is given up in time, and no more of it is begun than some", async () => {
  const limit = new TimeLimit();
  let begun = 0;
  const hanging: PromiseWithResolvers<void>[] = [];
  const hang = () => {
    begun++;
    const one = Promise.withResolvers<void>();
    hanging.push(one);
    return one.promise;
  };
  for (let call = 0; call < 12; call++) await assert.rejects(limit.run(hang, 5), TimeLimitError);
  assert.equal(begun, 8);
  for (const one of hanging) one.resolve();
  await Promise.resolve();
  assert.equal(await limit.run(() => Promise.resolve("there"), 1000), "there");
});

Deno.test("an error that comes in time is given as it is, one that comes late to nobody", async () => {
  const limit = new TimeLimit();
  await assert.rejects(limit.run(() => Promise.reject(new Error("full")), 1000), /full/);
  const late = Promise.withResolvers<void>();
  await assert.rejects(limit.run(() => late.promise, 1), TimeLimitError);
  late.reject(new Error("late"));
  await new Promise((resolve) => setTimeout(resolve, 0));
});
