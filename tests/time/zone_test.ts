import assert from "node:assert/strict";
import { isTimeZone, offsetExists, seasonalOffset, wallOffsets, zoneOffset } from "../../src/time/zone.ts";

/** A wall clock's reading. */
function wall(text: string): number {
  return Date.parse(`${text}Z`);
}

Deno.test("isTimeZone() knows IANA names; offsets and Windows' names are none", () => {
  for (
    const name of [
      "Europe/Berlin",
      "europe/berlin",
      "America/Argentina/Buenos_Aires",
      "UTC",
      "Etc/GMT+5",
      "Asia/Calcutta",
    ]
  ) {
    assert(isTimeZone(name), name);
  }
  for (
    const name of [
      "",
      "+01:00",
      "-06",
      "W. Europe Standard Time",
      "Europe/Berln",
      "Mars/Olympus",
      "CEST-1",
      "\0",
      " UTC",
    ]
  ) {
    assert(!isTimeZone(name), name);
  }
});

Deno.test("this computer's zone has a name that Intl takes, whatever the system calls it, and the same offset", () => {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  for (const month of [0, 3, 6, 9]) {
    const time_ms = Date.UTC(2024, month, 15);
    assert.equal(zoneOffset(time_ms, timeZone), zoneOffset(time_ms));
  }
  const now = Date.now();
  assert.equal(zoneOffset(now), 0 - new Date(now).getTimezoneOffset());
});

Deno.test("zoneOffset() has the zones' history", () => {
  const offsets: [string, string, number][] = [
    ["UTC", "2020-06-01", 0],
    ["Asia/Kathmandu", "2020-06-01", 5 * 60 + 45],
    ["Asia/Kathmandu", "1980-06-01", 5 * 60 + 30],
    ["America/Caracas", "2010-06-01", -(4 * 60 + 30)],
    ["America/Caracas", "2020-06-01", -4 * 60],
    ["Europe/Moscow", "2013-01-01", 4 * 60],
    ["Europe/Moscow", "2015-01-01", 3 * 60],
    ["Europe/London", "1970-01-01", 60],
    ["Asia/Pyongyang", "2016-01-01", 8 * 60 + 30],
    ["Pacific/Apia", "2011-12-29", -10 * 60],
    ["Pacific/Apia", "2012-01-01", 14 * 60],
    ["America/St_Johns", "2020-07-01", -(2 * 60 + 30)],
    ["Pacific/Chatham", "2020-01-01", 13 * 60 + 45],
  ];
  for (const [zone, day, offset_min] of offsets) {
    assert.equal(zoneOffset(Date.parse(`${day}T12:00Z`), zone), offset_min, zone + day);
  }
});

Deno.test("wallOffsets() finds each moment that a wall clock shows, in every zone, around every change of ten years", () => {
  const step_ms = 15 * 60_000;
  // Half an hour (Lord Howe), a whole day (Apia), no summer time but another standard time (Moscow), fasting (Casablanca).
  for (
    const zone of [
      "Europe/Berlin",
      "America/Chicago",
      "Australia/Lord_Howe",
      "Pacific/Apia",
      "Europe/Moscow",
      "Africa/Casablanca",
      "Asia/Tehran",
      "America/Sao_Paulo",
    ]
  ) {
    for (let day_ms = Date.UTC(2010, 0, 1); day_ms < Date.UTC(2020, 0, 1); day_ms += 86_400_000) {
      const change_min = zoneOffset(day_ms + 86_400_000, zone) - zoneOffset(day_ms, zone);
      if (change_min === 0) continue;
      const shown = new Map<number, number[]>();
      for (let time_ms = day_ms - 2 * 86_400_000; time_ms < day_ms + 3 * 86_400_000; time_ms += step_ms) {
        const offset_min = zoneOffset(time_ms, zone);
        const wall_ms = time_ms + offset_min * 60_000;
        shown.set(wall_ms, [...shown.get(wall_ms) ?? [], offset_min]);
      }
      for (let wall_ms = day_ms - 86_400_000; wall_ms < day_ms + 86_400_000; wall_ms += step_ms) {
        const found = wallOffsets(wall_ms, zone);
        const offsets = found.comes === "once"
          ? [found.offset_min]
          : found.comes === "twice"
          ? [found.first_min, found.second_min]
          : [];
        assert.deepEqual(offsets, shown.get(wall_ms) ?? [], `${zone} ${new Date(wall_ms).toISOString()}`);
      }
    }
  }
});

Deno.test("wallOffsets() says how the clock went over a time that it left out", () => {
  assert.deepEqual(wallOffsets(wall("2017-03-26T02:30"), "Europe/Berlin"), {
    comes: "never",
    before_min: 60,
    after_min: 120,
  });
  assert.deepEqual(wallOffsets(wall("2011-12-30T12:00"), "Pacific/Apia"), {
    comes: "never",
    before_min: -600,
    after_min: 840,
  });
});

Deno.test("seasonalOffset() is the other half of the year's, in both hemispheres; null where there is one only", () => {
  const at = (day: string, summer: boolean, timeZone: string) =>
    seasonalOffset(Date.parse(`${day}T12:00Z`), { summer, timeZone });
  assert.deepEqual([at("2017-07-01", false, "Europe/Berlin"), at("2017-01-01", true, "Europe/Berlin")], [60, 120]);
  assert.deepEqual([at("2017-07-01", true, "Australia/Sydney"), at("2017-01-01", false, "Australia/Sydney")], [
    660,
    600,
  ]);
  assert.deepEqual([at("2017-07-01", true, "Australia/Lord_Howe"), at("2017-01-01", false, "Australia/Lord_Howe")], [
    660,
    630,
  ]);
  assert.equal(at("2017-07-01", true, "Asia/Tokyo"), null);
});

Deno.test("offsetExists() knows the offsets that clocks on Earth have at the time, and no other", () => {
  const in2020 = Date.UTC(2020, 6, 1);
  for (const hours of [-12, -9.5, -3.5, -2.5, 0, 3.5, 4.5, 5.5, 5.75, 6.5, 8.75, 9.5, 10.5, 12.75, 13, 14]) {
    assert(offsetExists(hours * 60, in2020), String(hours));
  }
  for (const hours of [-13, -12.5, -11.5, -8.5, -4.5, -0.25, 0.5, 1.25, 3.75, 7.5, 8.5, 11.75, 14.25, 15, 24]) {
    assert(!offsetExists(hours * 60, in2020), String(hours));
  }
  assert(offsetExists(-4.5 * 60, Date.UTC(2010, 6, 1)), "Caracas in 2010");
  assert(offsetExists(8.5 * 60, Date.UTC(2016, 6, 1)), "Pyongyang in 2016");
  assert(offsetExists(13.75 * 60, Date.UTC(2020, 0, 1)), "Chatham in its summer");
});
