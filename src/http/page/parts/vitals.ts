/** Four numbers, each beside its own last ten minutes. */
import { type ComponentChildren, h } from "preact";
import { useMemo } from "preact/hooks";
import { html } from "htm/preact";
import type uPlot from "uplot";
import { Trend, type TrendProps } from "../charts/trend.ts";
import { bytes, clock, dayAndClock, fixed, grouped, seconds } from "../format.ts";
import type { PageData } from "../server/link.ts";

const GIB = 2 ** 30;
const MIB = 2 ** 20;

export function Vitals({ data: { state, trends } }: { readonly data: PageData }): ComponentChildren {
  const { newest, waiting, ramDisk, latency_s, marks, counts } = state;
  // The same arrays until there are new ones: a chart is only drawn when its data are others.
  const [rate, latency, backlog, space] = useMemo(
    () => [1, 2, 3, 4].map((column) => [trends[0], trends[column]] as unknown as uPlot.AlignedData),
    [trends],
  ) as [uPlot.AlignedData, uPlot.AlignedData, uPlot.AlignedData, uPlot.AlignedData];
  const [free, unit] = bytes(ramDisk.free), [total, totalUnit] = bytes(ramDisk.total);
  const large = (ramDisk.total ?? 0) >= GIB;
  const [age, ageUnit] = newest === null ? ["–", ""] : split(seconds(newest.age_s));
  const vitals: readonly VitalProps[] = [
    {
      name: "Rate",
      value: fixed(state.rate_per_s, 1),
      unit: "frames/s",
      more: `${grouped(counts.delivered)} delivered since ${clock(counts.since).slice(0, 5)}`,
      title: `${grouped(counts.delivered)} frames and ${grouped(counts.darks)} darks since ${
        dayAndClock(counts.since)
      }`,
      mark: marks.rate,
      curve: { of: "Rate", data: rate, least: 1, suffix: "/s", format: (value) => `${value.toFixed(1)}/s` },
    },
    {
      name: "Newest frame",
      value: age,
      unit: newest === null ? "" : `${ageUnit} old`,
      more: latency_s === null ? "latency not known" : `latency ${latency_s.toFixed(2)} s`,
      title: "Latency: from when the frame was saved until it was delivered, the median of the last ten seconds",
      mark: marks.newest,
      ofMore: true,
      curve: { of: "Latency", data: latency, least: 0.5, suffix: " s", format: (value) => `${value.toFixed(2)} s` },
    },
    {
      name: "Waiting",
      value: grouped(waiting.total),
      unit: waiting.total === 1 ? "frame" : "frames",
      more: `raw ${grouped(waiting.raw)}, temp ${grouped(waiting.temp)}, proc ${grouped(waiting.proc)}`,
      title: "Frames that are not delivered yet, by the folder in which they lie",
      mark: marks.waiting,
      curve: { of: "Frames waiting", data: backlog, least: 20, format: (value) => `${grouped(value)} waiting` },
    },
    {
      name: "RAM disk full in",
      value: ramDisk.fullIn_s === null ? "not filling" : seconds(ramDisk.fullIn_s),
      calm: ramDisk.fullIn_s === null,
      unit: "",
      more: ramDisk.free === null
        ? "free space is not known"
        : ramDisk.total === null
        ? `${free} ${unit} free`
        : `${free}${unit === totalUnit ? "" : ` ${unit}`} of ${total} ${totalUnit} free`,
      title: ramDisk.path,
      mark: marks.ramDisk,
      ofMore: true,
      curve: {
        of: "Free space of the RAM disk",
        data: space,
        least: large ? GIB : MIB,
        top: ramDisk.total,
        unit: large ? GIB : MIB,
        suffix: large ? " GiB" : " MiB",
        times: true,
        format: (value) => `${bytes(value).join(" ")} free`,
      },
    },
  ];
  return html`<section class="panel vitals" aria-label="Numbers">${vitals.map((vital) => h(Vital, vital))}</section>`;
}

/** "12 s" into number and unit; "2 min 5 s" stays together. */
function split(text: string): readonly [value: string, unit: string] {
  const [value, unit, ...more] = text.split(" ") as [string, string, ...string[]];
  return more.length > 0 ? [text, ""] : [value, unit];
}

interface VitalProps {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  /** The line below the number. */
  readonly more: string;
  readonly title: string;
  readonly mark: "attention" | "bad" | undefined;
  /** Nothing to worry about: drawn small. */
  readonly calm?: boolean;
  /** The curve beside it is of what stands below the number: a dash as in a key says so. */
  readonly ofMore?: boolean;
  readonly curve: Omit<TrendProps, "label" | "mark"> & { readonly of: string };
}

function Vital(
  { name, value, unit, more, title, mark, calm = false, ofMore = false, curve: { of, ...curve } }: VitalProps,
): ComponentChildren {
  const size = calm ? "calm" : value.length > 7 ? "long" : "";
  return html`<div class=${`vital ${mark ?? ""}`}>
    <div class="number"><h3>${name}</h3>
      <p class=${`value ${size}`}>${value}${unit !== "" && html`<small>${unit}</small>`}</p>
      <p class="more" title=${title}>${ofMore && html`<i></i>`}${more}</p></div>
    ${h(Trend, { label: `${of} over the last ten minutes`, mark, ...curve })}
  </div>`;
}
