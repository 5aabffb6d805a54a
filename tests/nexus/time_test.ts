import assert from "node:assert/strict";
import { momentOf } from "../../src/nexus/frame/time/moment.ts";
import { formatMoment, type Moment } from "../../src/time/iso_time.ts";
import { zoneOffset } from "../../src/time/zone.ts";
import { factsWith } from "./frame.ts";

function endOf(metadata: string, timeZone?: string): string {
  const facts = factsWith({ sidecarText: `[metadata]\n${metadata}\n` });
  return formatMoment(momentOf({ ...facts, ...(timeZone === undefined ? {} : { timeZone }) }));
}

Deno.test("timeStamp and dateString together give the offset, whatever the zone of this machine", () => {
  const both = "dateString=2015.11.19 : 14:37:40.340\ntimeStamp=1447965460.315";
  assert.equal(endOf(both), "2015-11-19T14:37:40.315-06:00");
  const india = "dateString=2015.11.20 : 02:07:40.340\ntimeStamp=1447965460.315";
  assert.equal(endOf(india), "2015-11-20T02:07:40.315+05:30");
  const utc = "dateString=2015.11.19 : 20:37:40.340\ntimeStamp=1447965460.315";
  assert.equal(endOf(utc), "2015-11-19T20:37:40.315+00:00");
});

Deno.test("clocks that do not agree on one moment give the zone of this computer", () => {
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
    const offsetAndNotes = endOf(`dateString=${hour}`, "Europe/Berlin");
    assert.match(offsetAndNotes, /T02:30:00\.000\+0[12]:00$/);
    assert.equal(endOf(`dateString=${hour}`, "Europe/Berlin"), offsetAndNotes);
  }
  const hour = "dateString=2017.10.29 : 02:30:00.000";
  const first_s = Date.UTC(2017, 9, 29, 0, 30) / 1000;
  assert.equal(endOf(`${hour}\ntimeStamp=${first_s}`, "Europe/Berlin"), "2017-10-29T02:30:00.000+02:00");
  assert.equal(endOf(`${hour}\ntimeStamp=${first_s + 3600}`, "Europe/Berlin"), "2017-10-29T02:30:00.000+01:00");
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

/** The moment of a `dateTime` with a flag of its own, in the form of Qt 4: -1 none, 0 standard, 1 summer time, 2 UTC … */
function flagged(
  local: string,
  options: { spec: number; timeZone?: string; timeStamp_s?: number; writtenAt?: string },
): Moment {
  const date = new Date(`${local}Z`);
  const days = Math.floor(date.getTime() / 86_400_000);
  const bytes = new DataView(new ArrayBuffer(13));
  bytes.setUint32(0, 16);
  bytes.setUint32(4, days + 2_440_588);
  bytes.setUint32(8, date.getTime() - days * 86_400_000);
  bytes.setInt8(12, options.spec);
  const hex = Array.from({ length: 13 }, (_, index) => `\\x${bytes.getUint8(index).toString(16)}`).join("");
  const stamp = options.timeStamp_s === undefined ? "" : `timeStamp=${options.timeStamp_s}\n`;
  const facts = factsWith({ sidecarText: `[metadata]\ndateTime="@Variant(${hex})"\n${stamp}` });
  return momentOf({
    ...facts,
    timeZone: options.timeZone,
    writtenAt: new Date(options.writtenAt ?? "2026-03-01T12:00:00Z"),
  });
}

/** The offset, and what is said but for the time of the file. */
function offsetAndNotes(moment: Moment): [string, ...string[]] {
  return [
    formatMoment(moment).slice(23),
    ...moment.notes.filter((note) => !note.includes("the time of the sidecar's file")),
  ];
}

Deno.test("Qt's flag of summer time settles the hour that comes twice", () => {
  const hours: [string, string, string, string][] = [
    ["2013-10-27T02:30", "Europe/Berlin", "+01:00", "+02:00"],
    ["2013-11-03T01:30", "America/Chicago", "-06:00", "-05:00"],
    ["2013-04-07T02:30", "Australia/Sydney", "+10:00", "+11:00"],
    ["2013-04-07T01:45", "Australia/Lord_Howe", "+10:30", "+11:00"],
    ["2013-04-07T03:15", "Pacific/Chatham", "+12:45", "+13:45"],
    ["2013-11-03T01:15", "America/St_Johns", "-03:30", "-02:30"],
    ["2013-02-16T23:30", "America/Sao_Paulo", "-03:00", "-02:00"],
    ["2013-10-27T01:30", "Europe/Dublin", "+00:00", "+01:00"],
  ];
  for (const [local, timeZone, standard, summer] of hours) {
    assert.deepEqual(offsetAndNotes(flagged(local, { spec: 0, timeZone })), [standard], timeZone);
    assert.deepEqual(offsetAndNotes(flagged(local, { spec: 1, timeZone })), [summer], timeZone);
  }
});

Deno.test("without a flag the time of the file settles the hour that comes twice; else the file says that it comes twice", () => {
  const at = (writtenAt: string) =>
    offsetAndNotes(flagged("2013-10-27T02:30", { spec: -1, timeZone: "Europe/Berlin", writtenAt }));
  assert.deepEqual(at("2013-10-27T00:30:05Z"), ["+02:00"]);
  assert.deepEqual(at("2013-10-27T01:30:05Z"), ["+01:00"]);
  const [offset, note, ...more] = at("2020-01-01T00:00:00Z");
  assert.equal(offset, "+02:00");
  assert.match(
    note!,
    /02:30:00\.000 of dateTime comes twice in Europe\/Berlin, as \+02:00 and \+01:00: taken as the first/,
  );
  assert.deepEqual(more, []);
});

Deno.test("an hour that the clocks left out is said to be none", () => {
  for (const [spec, right] of [[-1, "+01:00"], [0, "+01:00"], [1, "+02:00"]] as const) {
    const [offset, note] = offsetAndNotes(flagged("2017-03-26T02:30", { spec, timeZone: "Europe/Berlin" }));
    assert.equal(offset, right);
    assert.match(note!, /does not exist in Europe\/Berlin, whose clocks went from \+01:00 to \+02:00/);
  }
});

Deno.test("a flag that contradicts the zone's rules is the state of QXRD's clock, and the file says so", () => {
  const winter = offsetAndNotes(flagged("2013-07-01T12:00", { spec: 0, timeZone: "Europe/Berlin" }));
  assert.equal(winter[0], "+01:00");
  assert.match(winter[1]!, /clocks contradict each other: .*says standard time, Europe\/Berlin has \+02:00 then/);
  const summer = offsetAndNotes(flagged("2013-03-15T21:19:56", { spec: 1, timeZone: "Europe/Berlin" }));
  assert.equal(summer[0], "+02:00");
  assert.match(summer[1]!, /says summer time, Europe\/Berlin has \+01:00 then/);
  const none = offsetAndNotes(flagged("2013-07-01T12:00", { spec: 1, timeZone: "Asia/Tokyo" }));
  assert.equal(none[0], "+09:00");
  assert.match(none[1]!, /says summer time, which Asia\/Tokyo does not have/);
  assert.deepEqual(offsetAndNotes(flagged("2013-07-01T12:00", { spec: 0, timeZone: "Asia/Tokyo" })), ["+09:00"]);
  assert.deepEqual(offsetAndNotes(flagged("2013-07-01T12:00", { spec: 0, timeZone: "Australia/Sydney" })), ["+10:00"]);
});

Deno.test("UTC is UTC whatever the zone; an offset that is not in the stream is taken in the zone, with a word", () => {
  assert.deepEqual(offsetAndNotes(flagged("2013-07-01T12:00", { spec: 2, timeZone: "Europe/Berlin" })), ["+00:00"]);
  const [offset, note] = offsetAndNotes(flagged("2013-07-01T12:00", { spec: 3, timeZone: "Europe/Berlin" }));
  assert.equal(offset, "+02:00");
  assert.match(note!, /dateTime is with an offset that it does not say; taken in Europe\/Berlin/);
  // With the timeStamp the moment is known, and the zone is QXRD's, not that of the text.
  const moment = flagged("2013-07-01T12:00", {
    spec: 2,
    timeZone: "Europe/Berlin",
    timeStamp_s: Date.UTC(2013, 6, 1, 12) / 1000,
  });
  assert.equal(formatMoment(moment), "2013-07-01T14:00:00.000+02:00");
  assert.deepEqual(offsetAndNotes(moment), ["+02:00"]);
});

Deno.test("an offset that no clock on Earth has is not written; that the clocks contradict each other is", () => {
  const stamp_s = Date.UTC(2020, 6, 1, 12) / 1000;
  for (const local of ["2020-07-01T13:15", "2020-07-01T04:30", "2020-07-02T03:00", "2020-06-30T12:00"]) {
    const moment = flagged(local, { spec: -1, timeZone: "Europe/Berlin", timeStamp_s: stamp_s });
    assert.equal(formatMoment(moment), "2020-07-01T14:00:00.000+02:00", local);
    assert.match(
      offsetAndNotes(moment)[1]!,
      /^clocks contradict each other: dateTime .* and timeStamp 2020-07-01T12:00:00\.000Z are \d+ h \d+ min apart/,
    );
  }
});

Deno.test("where the clocks show another zone than the configured one, the file says so", () => {
  const both = { spec: -1, timeStamp_s: Date.UTC(2020, 6, 1, 12) / 1000 };
  const moment = flagged("2020-07-01T07:00", { ...both, timeZone: "Europe/Berlin" });
  assert.equal(formatMoment(moment), "2020-07-01T07:00:00.000-05:00");
  assert.match(offsetAndNotes(moment)[1]!, /stands at -05:00, \[detector\] time_zone Europe\/Berlin has \+02:00 then/);
  assert.deepEqual(offsetAndNotes(flagged("2020-07-01T07:00", { ...both, timeZone: "America/Chicago" })), ["-05:00"]);
  // Without the key only a computer that stands elsewhere is worth a word.
  const [offset, note] = offsetAndNotes(flagged("2020-07-01T07:00", both));
  assert.equal(offset, "-05:00");
  if (zoneOffset(both.timeStamp_s * 1000) === -300) assert.equal(note, undefined);
  else assert.match(note!, /^by dateTime and timeStamp QXRD's clock stands at -05:00, this computer's zone has/);
});

Deno.test("a file that was written hours before or after its sidecar's own time is said to be", () => {
  const at = (writtenAt: string) => {
    return flagged("2020-07-01T12:00", { spec: -1, timeZone: "Europe/Berlin", writtenAt }).notes;
  };
  assert.deepEqual(at("2020-07-01T10:00:07Z"), []);
  assert.match(
    at("2020-07-01T12:00:00Z").join(),
    /copied: 2020-07-01T12:00:00\.000Z, the time of the sidecar's file, is 2 h 0 min after/,
  );
  assert.match(
    at("2020-07-01T08:30:00Z").join(),
    /^clocks contradict each other: 2020-07-01T08:30:00\.000Z.* is 1 h 30 min before/,
  );
});
