/** Names and addresses of Tango that are taken, and what is said of others. */
import assert from "node:assert/strict";
import { faultOfAddress, faultOfDevice, faultOfServerPart } from "../../src/config/names/tango_names.ts";

Deno.test("names of devices have three parts, of letters that every Tango database takes", () => {
  for (const name of ["pewatch/daemon/1", "P02/PE-1/a_b.c"]) assert.equal(faultOfDevice(name), null);
  for (
    const [name, reason] of [
      ["", /three names/],
      ["pewatch/daemon", /three names/],
      ["a/b/c/d", /three names/],
      ["a//c", /a name is needed/],
      ["a/b b/c", /letters, digits/],
      ["tango://host:1/a/b/c", /the name alone/],
      ["DServer/x/y", /Tango's own/],
      [`a/b/${"c".repeat(81)}`, /at most 80/],
    ] as const
  ) assert.match(faultOfDevice(name) ?? "", reason, name);
});

Deno.test("a server's name and its instance are one word", () => {
  assert.equal(faultOfServerPart("PEWatchDaemon"), null);
  assert.equal(faultOfServerPart("1"), null);
  for (const name of ["", "a/b", "a b", "g\u00fcn"]) assert.notEqual(faultOfServerPart(name), null, name);
});

Deno.test("an address is a host and a port; port 0 only where one is to be chosen", () => {
  for (const address of ["host:10000", "tango-db.example.org:1", "127.0.0.1:65535", "[::1]:4000", "a_b:2"]) {
    assert.equal(faultOfAddress(address, { anyPort: false }), null, address);
  }
  assert.equal(faultOfAddress("127.0.0.1:0", { anyPort: true }), null);
  for (
    const [address, reason] of [
      ["host", /host and port/],
      [":1", /is not the name or address of a host/],
      ["ho st:1", /is not the name or address of a host/],
      ["::1:1", /is not the name or address of a host/],
      ["host:0", /from 1 to 65535/],
      ["host:65536", /from 1 to 65535/],
      ["host:", /from 1/],
      ["a:1,b:2", /not a list/],
    ] as const
  ) assert.match(faultOfAddress(address, { anyPort: false }) ?? "", reason, address);
});
