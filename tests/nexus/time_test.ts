import assert from "node:assert/strict";
import { formatMoment, momentOf, zoneOffset } from "../../src/nexus/frame/time.ts";
import { factsWith } from "./frame.ts";

function endOf(metadata: string, timeZone?: string): string {
  const facts = factsWith({ sidecarText: `[metadata]\n${metadata}\n` });
  return formatMoment(momentOf({ ...facts, ...(timeZone === undefined ? {} : { timeZone }) }));
}

Deno.test("timeStamp and dateString together tell the offset, whatever the zone of this machine", () => {
  const both = "dateString=2015.11.19 : 14:37:40.340\ntimeStamp=1447965460.315";
  assert.equal(endOf(both), "2015-11-19T14:37:40.315-06:00");
  const india = "dateString=2015.11.20 : 02:07:40.340\ntimeStamp=1447965460.315";
  assert.equal(endOf(india), "2015-11-20T02:07:40.315+05:30");
  const utc = "dateString=2015.11.19 : 20:37:40.340\ntimeStamp=1447965460.315";
  assert.equal(endOf(utc), "2015-11-19T20:37:40.315+00:00");
});

Deno.test("clocks that do not tell of one moment give the zone of this computer", () => {
  const apart = "dateString=2015.11.19 : 14:40:40.340\ntimeStamp=1447965460.315";
  assert.equal(endOf(apart, "Europe/Berlin"), "2015-11-19T21:37:40.315+01:00");
  const days = "dateString=2015.11.25 : 14:37:40.340\ntimeStamp=1447965460.315";
  assert.equal(endOf(days, "Europe/Berlin"), "2015-11-19T21:37:40.315+01:00");
});

Deno.test("a dateString alone is in the zone, in summer and in winter", () => {
  assert.equal(endOf("dateString=2017.11.09 : 23:08:28.053", "Europe/Berlin"), "2017-11-09T23:08:28.053+01:00");
  assert.equal(endOf("dateString=2017.07.09 : 23:08:28.053", "Europe/Berlin"), "2017-07-09T23:08:28.053+02:00");
  assert.equal(endOf("dateString=2017.07.09 : 00:08:28.053", "America/Chicago"), "2017-07-09T00:08:28.053-05:00");
});

Deno.test("around the change of the clocks the offset is that of the day's hour", () => {
  // Berlin: 26 March 2017, 02:00 becomes 03:00; 29 October 2017, 03:00 becomes 02:00.
  assert.equal(endOf("dateString=2017.03.26 : 01:59:59.000", "Europe/Berlin"), "2017-03-26T01:59:59.000+01:00");
  assert.equal(endOf("dateString=2017.03.26 : 03:00:00.000", "Europe/Berlin"), "2017-03-26T03:00:00.000+02:00");
  assert.equal(endOf("dateString=2017.10.29 : 01:59:59.000", "Europe/Berlin"), "2017-10-29T01:59:59.000+02:00");
  assert.equal(endOf("dateString=2017.10.29 : 03:00:00.000", "Europe/Berlin"), "2017-10-29T03:00:00.000+01:00");
});

Deno.test("an hour that summer time repeats or leaves out is one of its two, the same each time; timeStamp settles it", () => {
  for (const hour of ["2017.10.29 : 02:30:00.000", "2017.03.26 : 02:30:00.000"]) {
    const told = endOf(`dateString=${hour}`, "Europe/Berlin");
    assert.match(told, /T02:30:00\.000\+0[12]:00$/);
    assert.equal(endOf(`dateString=${hour}`, "Europe/Berlin"), told);
  }
  const hour = "dateString=2017.10.29 : 02:30:00.000";
  const first_s = Date.UTC(2017, 9, 29, 0, 30) / 1000;
  assert.equal(endOf(`${hour}\ntimeStamp=${first_s}`, "Europe/Berlin"), "2017-10-29T02:30:00.000+02:00");
  assert.equal(endOf(`${hour}\ntimeStamp=${first_s + 3600}`, "Europe/Berlin"), "2017-10-29T02:30:00.000+01:00");
});

Deno.test("this computer's zone has a name that Intl takes, whatever the system calls it, and the same offset", () => {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  for (const month of [0, 3, 6, 9]) {
    const time_ms = Date.UTC(2024, month, 15);
    assert.equal(zoneOffset(time_ms, timeZone), zoneOffset(time_ms));
  }
});

Deno.test("a timeStamp alone is shown in the zone", () => {
  assert.equal(endOf("timeStamp=1447965460.315", "America/Chicago"), "2015-11-19T14:37:40.315-06:00");
});

Deno.test("without a sidecar it is the time of the file, and says so", () => {
  const moment = momentOf(factsWith());
  assert.equal(formatMoment(moment), "2026-03-01T13:00:00.000+01:00");
  assert.equal(moment.origin, "time of the image file");
});

Deno.test("numbers that are no time are not taken for one", () => {
  assert.equal(endOf("timeStamp=1e300"), "2026-03-01T13:00:00.000+01:00");
  assert.equal(endOf("timeStamp=0"), "2026-03-01T13:00:00.000+01:00");
});

Deno.test("zoneOffset() without a zone is this machine's", () => {
  const now = Date.now();
  assert.equal(zoneOffset(now), 0 - new Date(now).getTimezoneOffset());
  assert.equal(zoneOffset(now, "UTC"), 0);
});
