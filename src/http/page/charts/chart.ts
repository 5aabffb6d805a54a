/** A uPlot chart in the colours and letters of the page. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { html } from "htm/preact";
import uPlot from "uplot";

export function themeColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** In CSS pixels: it grows with the screen. */
export function rem(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize);
}

export function axis(more: uPlot.Axis): uPlot.Axis {
  return {
    stroke: themeColour("soft"),
    font: `${Math.round(0.72 * rem())}px system-ui, "Segoe UI", sans-serif`,
    grid: { stroke: themeColour("grid"), width: 1 },
    ticks: { show: false },
    gap: 6,
    ...more,
  };
}

export interface ChartProps {
  /** For those who hear the page. */
  readonly label: string;
  readonly options: () => Omit<uPlot.Options, "width" | "height">;
  readonly data: uPlot.AlignedData;
  /** When one of these changes, the chart is made anew; else it is only given its data. */
  readonly parts: readonly unknown[];
  readonly onChart?: (chart: uPlot) => void;
}

export function Chart({ label, options, data, parts, onChart }: ChartProps): ComponentChildren {
  const holder = useRef<HTMLDivElement>(null), chart = useRef<uPlot | null>(null), latest = useRef(data);
  latest.current = data;
  useLayoutEffect(() => {
    const place = holder.current!;
    const size = () => ({ width: place.clientWidth, height: place.clientHeight });
    let madeFor_rem = 0;
    const make = (): void => {
      chart.current?.destroy();
      madeFor_rem = rem();
      chart.current = new uPlot({ ...options(), ...size() }, latest.current, place);
      onChart?.(chart.current);
    };
    make();
    // On a screen of another size the letters are others, too.
    const sizes = new ResizeObserver(() => rem() === madeFor_rem ? chart.current?.setSize(size()) : make());
    sizes.observe(place);
    addEventListener("theme", make);
    return () => {
      sizes.disconnect();
      removeEventListener("theme", make);
      chart.current?.destroy();
      chart.current = null;
    };
  }, [...parts]);
  useEffect(() => chart.current?.setData(data), [data]);
  return html`<div class="chart" ref=${holder} role="img" aria-label=${label}></div>`;
}
