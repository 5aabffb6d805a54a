/** What comes from a server of Channel Access is bounded, and read in whatever pieces it comes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CA, CaProtocolError, CaReader, cText, encodeMessage } from "../../src/values/epics/ca_message.ts";
import { parseAddress, readAnswers } from "../../src/values/epics/ca_search.ts";
import { readCtrl, readTime } from "../../src/values/epics/dbr.ts";

const KINDS = ["string", "short", "float", "enum", "char", "long", "double"] as const;

Deno.test("messages are the same in whatever pieces they come", () => {
  const messages = [
    { command: CA.createChannel, type: 6, count: 1, one: 7, two: 0xffff_fffe, payload: cText("PW:TEST:temp") },
    { command: CA.echo, type: 0, count: 0, one: 0, two: 0, payload: new Uint8Array(0) },
  ];
  const bytes = Uint8Array.from(messages.flatMap((one) => [...encodeMessage(one)]));
  fc.assert(fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
    const reader = new CaReader();
    const ends = [...cuts, bytes.length].sort((a, b) => a - b);
    const read = ends.flatMap((end, index) => reader.take(bytes.subarray(ends[index - 1] ?? 0, end)));
    assert.deepEqual(read.map(({ command, type, count, one, two }) => [command, type, count, one, two]), [
      [CA.createChannel, 6, 1, 7, 0xffff_fffe],
      [CA.echo, 0, 0, 0, 0],
    ]);
  }));
});

Deno.test("any bytes are messages, wait for more, or are refused in words", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...KINDS), fc.nat(0xffff), (bytes, kind, count) => {
      for (
        const read of [
          () => new CaReader().take(bytes),
          () => readTime(bytes, kind, count),
          () => readCtrl(bytes, kind),
        ]
      ) {
        try {
          read();
        } catch (error) {
          assert.ok(error instanceof CaProtocolError, String(error));
        }
      }
      assert.ok(Array.isArray(readAnswers(bytes, "127.0.0.1")));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("addresses are hosts, with a port or without, of UDP or TCP", () => {
  assert.deepEqual(parseAddress("10.0.0.255", 5064), { host: "10.0.0.255", port: 5064, tcp: false });
  assert.deepEqual(parseAddress("tcp://gateway.example.org:5066", 5064), {
    host: "gateway.example.org",
    port: 5066,
    tcp: true,
  });
  for (const wrong of ["", "a b", "host:0", "host:70000", "udp://host", "host:port"]) {
    assert.equal(parseAddress(wrong, 5064), null, wrong);
  }
});
