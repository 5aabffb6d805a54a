import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatDateString,
  formatLocalIso,
  fromJulianDay,
  localDateTime,
  parseDateString,
  toJulianDay,
} from "../../src/qxrd/date_time.ts";

// A day off the ends: local years have four digits west and east of Greenwich too.
const dates = fc.date({ min: new Date("0100-01-02"), max: new Date("9999-12-30T23:59:59.999Z"), noInvalidDate: true });

Deno.test("parseDateString() reads what formatDateString() writes, and so do Julian days", () => {
  fc.assert(fc.property(dates, (date) => {
    const parts = localDateTime(date);
    assert.deepEqual(parseDateString(formatDateString(parts)), parts);
    const { julianDay, dayMilliseconds } = toJulianDay(parts);
    assert.deepEqual(fromJulianDay(julianDay, dayMilliseconds), parts);
  }));
});

Deno.test("parseDateString() refuses days that no calendar has, and other forms", () => {
  assert.equal(parseDateString("2017.02.30 : 12:00:00.000"), undefined);
  assert.equal(parseDateString("2017.11.09 : 24:00:00.000"), undefined);
  assert.equal(parseDateString("2017-11-09 12:00:00"), undefined);
  assert.equal(parseDateString(""), undefined);
});

Deno.test("fromJulianDay() refuses what is no date of four digits, or no time of a day", () => {
  assert.equal(fromJulianDay(2 ** 32 - 1, 0), undefined);
  assert.equal(fromJulianDay(0, 0), undefined);
  assert.equal(fromJulianDay(2458067, 86_400_000), undefined);
  assert.equal(fromJulianDay(2458067, -1), undefined);
});

Deno.test("formatLocalIso() names no zone", () => {
  const dateTime = { year: 2017, month: 11, day: 9, hour: 23, minute: 8, second: 28, millisecond: 53 };
  assert.equal(formatLocalIso(dateTime), "2017-11-09T23:08:28.053");
});
