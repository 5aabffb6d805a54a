/** The curve of one number over the last ten minutes. */
import { type ComponentChildren, h } from "preact";
import uPlot from "uplot";
import { clock } from "../format.ts";
import { axis, Chart, rem, themeColour } from "./chart.ts";

const SHOWN_S = 600;

export interface TrendProps {
  readonly label: string;
  /** [times in s, values] */
  readonly data: uPlot.AlignedData;
  readonly mark: "attention" | "bad" | undefined;
  /** The lowest upper end of the axis. */
  readonly least: number;
  /** The upper end, where it is known. */
  readonly top?: number | null;
  /** What one of the axis's numbers stands for. */
  readonly unit?: number;
  /** After each number of the axis. */
  readonly suffix?: string;
  /** Whether it has the axis of times, as the lowest of several. */
  readonly times?: boolean;
  readonly format: (value: number) => string;
}

export function Trend(
  { label, data, mark, least, top = null, unit = 1, suffix = "", times = false, format }: TrendProps,
): ComponentChildren {
  const options = () => {
    const line = themeColour("line-of-charts");
    const upper = (max: number | null): number => top ?? unit * roundedUp(Math.max(least, (max ?? 0) * 1.08) / unit);
    return {
      cursor: { sync: { key: "trends" }, y: false, points: { size: 6 }, drag: { x: false, y: false } },
      legend: { show: false },
      padding: [0.5 * rem(), 1.25 * rem(), times ? 0 : 0.5 * rem(), 0] as uPlot.Padding,
      scales: {
        x: { range: (_: uPlot, __: number, max: number): uPlot.Range.MinMax => [max - SHOWN_S, max] },
        y: { range: (_: uPlot, __: number | null, max: number | null): uPlot.Range.MinMax => [0, upper(max)] },
      },
      axes: [
        axis({
          show: times,
          size: 1.4 * rem(),
          space: 5 * rem(),
          values: (_, splits) => splits.map((at) => clock(at * 1000).slice(0, 5)),
          grid: { show: false },
        }),
        axis({
          size: 3.6 * rem(),
          splits: (_, __, ___, max) => [0, max / 2, max],
          values: (_, splits) =>
            splits.map((value) => value === 0 ? "0" : `${Number((value / unit).toPrecision(3))}${suffix}`),
        }),
      ],
      series: [{}, {
        stroke: line,
        width: 0.1 * rem(),
        fill: `color-mix(in srgb, ${line} 9%, transparent)`,
        points: { show: false },
        gaps: longGaps,
      }],
      hooks: {
        setCursor: [(chart: uPlot) => noteValue(chart, format)],
        draw: [(chart: uPlot) => markEnd(chart, themeColour(mark ?? "line-of-charts"))],
      },
    };
  };
  return h(Chart, { label, options, data, parts: [mark, times, top, unit] });
}

/** Seconds without a value are no gap: at one frame in five seconds there would be no line at all. */
const GAP_S = 30;

function longGaps(chart: uPlot, _: number, __: number, ___: number, gaps: uPlot.Series.Gaps): uPlot.Series.Gaps {
  return gaps.filter(([from, to]) => chart.posToVal(to, "x", true) - chart.posToVal(from, "x", true) > GAP_S);
}

/** The value under the pointer, in a corner of the chart. */
function noteValue(chart: uPlot, format: (value: number) => string): void {
  let note = chart.over.querySelector<HTMLElement>(".note");
  const { idx } = chart.cursor, value = idx === null || idx === undefined ? null : chart.data[1]![idx];
  if (note === null) {
    note = document.createElement("span");
    note.className = "note";
    chart.over.append(note);
  }
  note.textContent = value === null || value === undefined
    ? ""
    : `${clock(chart.data[0]![idx!]! * 1000)}  ${format(value)}`;
}

/** A dot at the newest value. */
function markEnd({ ctx, data, valToPos }: uPlot, fill: string): void {
  const time = data[0]!.at(-1), value = data[1]!.at(-1);
  if (time === undefined || value === undefined || value === null) return;
  ctx.beginPath();
  ctx.arc(valToPos(time, "x", true), valToPos(value, "y", true), 0.2 * rem() * devicePixelRatio, 0, 2 * Math.PI);
  ctx.fillStyle = fill;
  ctx.fill();
}

function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value * 0.9999)!;
}
