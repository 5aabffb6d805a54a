/** The pattern of the shown frame, those of the frames before it as ghosts; linked with the image by the ring. */
import { type ComponentChildren, h } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import { intensityAt, type PatternCurve } from "../image/pattern_curve.ts";
import { axis, Chart, rem, themeColour } from "./chart.ts";

export const GHOSTS = 5;

export interface PatternProps {
  readonly id: number;
  readonly curve: PatternCurve;
  /** Of the frames before it, the newest first. */
  readonly ghosts: readonly PatternCurve[];
  readonly log: boolean;
  /** On the curve's axis: where the pointer is on the image. */
  readonly cursor: number | null;
  /** Where it is here. */
  readonly onCursor: (x: number | null) => void;
}

export function Pattern({ id, curve, ghosts, log, cursor, onCursor }: PatternProps): ComponentChildren {
  const chart = useRef<uPlot | null>(null);
  const data = useMemo((): uPlot.AlignedData => {
    const { x } = curve.payload;
    const columns = [...Array.from({ length: GHOSTS }, (_, at) => ghosts[GHOSTS - 1 - at]), curve].map((one) => {
      const values = one === undefined ? x.map(() => null) : intensityAt(one, x);
      return log ? values.map((value) => value !== null && value <= 0 ? null : value) : values;
    });
    return [[...x], ...columns];
  }, [id, log, curve, ghosts.length]);
  useEffect(() => {
    const left = cursor === null ? -10 : chart.current?.valToPos(cursor, "x") ?? -10;
    chart.current?.setCursor({ left, top: 0 }, false);
  }, [cursor]);
  return h(Chart, {
    label: `Pattern: intensity over ${curve.label}`,
    options: () => optionsOf(log, onCursor),
    data,
    parts: [log, curve.label],
    onChart: (made) => chart.current = made,
  });
}

function optionsOf(log: boolean, onCursor: PatternProps["onCursor"]): Omit<uPlot.Options, "width" | "height"> {
  const ghost = (at: number) => `color-mix(in srgb, ${themeColour("soft")} ${18 + 10 * at}%, transparent)`;
  return {
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
    legend: { show: false },
    padding: [8, 8, 0, 0],
    scales: {
      x: { time: false },
      y: log ? { distr: 3 } : { range: (_, __, max) => [0, (max ?? 1) * 1.06] },
    },
    axes: [
      axis({
        size: 1.5 * rem(),
        space: 3.5 * rem(),
        values: (_, splits) => splits.map((value) => String(Number(value.toPrecision(6)))),
      }),
      axis({
        size: 3.6 * rem(),
        space: 1.7 * rem(),
        ...log ? { splits: (_, __, min, max) => powersOfTen(min, max) } : {},
        values: (_, splits) =>
          splits.map((value) => value === null ? "" : Math.abs(value) >= 1000 ? `${value / 1000}k` : String(value)),
      }),
    ],
    series: [
      {},
      ...Array.from(
        { length: GHOSTS },
        (_, at) => ({ stroke: ghost(at), width: 0.07 * rem(), points: { show: false } }),
      ),
      { stroke: themeColour("accent"), width: 0.11 * rem(), points: { show: false } },
    ],
    hooks: {
      setCursor: [({ cursor: { event, left }, posToVal }) => {
        const here = event !== undefined && event !== null && left !== undefined && left >= 0;
        onCursor(here ? posToVal(left, "x") : null);
      }],
    },
  };
}

function powersOfTen(min: number, max: number): number[] {
  const out: number[] = [];
  for (let power = Math.ceil(Math.log10(min) - 1e-9); 10 ** power <= max * 1.0001; power++) out.push(10 ** power);
  // Less than a decade: the ends say more than nothing.
  return out.length > 1 ? out : [min, max].map((value) => Number(value.toPrecision(2)));
}
