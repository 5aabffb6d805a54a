import assert from "node:assert/strict";
import { rightsOfProcess, rightsOfTask } from "../../../src/cli/doctor/rights.ts";

Deno.test("the Windows service says with which rights it runs", () => {
  const xml = (user: string, level: string) =>
    `<Principal id="Author"><UserId>${user}</UserId><RunLevel>${level}</RunLevel></Principal>`;
  const system = rightsOfTask("pewatch", xml("S-1-5-18", "HighestAvailable"));
  assert.equal(system.status, "warning");
  assert.match(system.finding, /runs as SYSTEM/);
  assert.match(system.remedy ?? "", /--user/);
  const user = rightsOfTask("pewatch", xml("LAB\\beam", "LeastPrivilege"));
  assert.deepEqual([user.status, user.finding], ["ok", "the service pewatch runs as LAB\\beam"]);
  assert.match(rightsOfTask("pewatch", null).finding, /no service pewatch is installed/);
});

Deno.test("root is named, an ordinary user is not", () => {
  assert.match(rightsOfProcess(0)?.finding ?? "", /root/);
  assert.equal(rightsOfProcess(1000), null);
});
