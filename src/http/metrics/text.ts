/**
 * The text of metrics: OpenMetrics 1.0 (prometheus/OpenMetrics, specification/OpenMetrics.md) and Prometheus' older text
 * format 0.0.4. They differ in the names of counters' families, in the type of information, and in the end.
 */

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Metrics of one name. A family without samples is left out. */
export interface Family {
  /** Without "_total" and "_info". */
  readonly name: string;
  readonly type: "counter" | "gauge" | "info";
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Histogram {
  readonly name: string;
  readonly type: "histogram";
  readonly help: string;
  /** Upper bounds, ascending, without infinity. */
  readonly bounds: readonly number[];
  /** How many values lie in each bucket, the last above all bounds: one more than bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export type MetricsFormat = "openmetrics" | "prometheus";

export const CONTENT_TYPES: Readonly<Record<MetricsFormat, string>> = {
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
};

/** What a scraper prefers by its header Accept; a browser and curl get what all understand. */
export function formatFor(accept: string | undefined): MetricsFormat {
  let openmetrics = 0, prometheus = 0;
  for (const part of (accept ?? "").split(",")) {
    const [type = "", ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase());
    const quality = Number(/^q=([\d.]+)$/.exec(parameters.find((one) => one.startsWith("q=")) ?? "q=1")?.[1] ?? 0);
    const version = parameters.find((one) => one.startsWith("version="))?.slice("version=".length);
    if (type === "application/openmetrics-text" && (version === undefined || version === "1.0.0")) {
      openmetrics = Math.max(openmetrics, quality);
    } else if (type === "text/plain" || type === "text/*" || type === "*/*") {
      prometheus = Math.max(prometheus, quality);
    }
  }
  return openmetrics > 0 && openmetrics >= prometheus ? "openmetrics" : "prometheus";
}

export function metricsText(families: readonly (Family | Histogram)[], format: MetricsFormat): string {
  const lines: string[] = [];
  for (const family of families) {
    if (family.type === "histogram") lines.push(...histogramLines(family));
    else if (family.samples.length > 0) lines.push(...familyLines(family, format));
  }
  if (format === "openmetrics") lines.push("# EOF");
  return `${lines.join("\n")}\n`;
}

function familyLines({ name, type, help, samples }: Family, format: MetricsFormat): string[] {
  const ending = type === "counter" ? "_total" : type === "info" ? "_info" : "";
  const isNew = format === "openmetrics";
  return [
    ...headLines(isNew ? name : name + ending, isNew || type !== "info" ? type : "gauge", help),
    ...samples.map(({ labels = {}, value }) => `${name}${ending}${labelText(labels)} ${numberText(value)}`),
  ];
}

function histogramLines({ name, help, bounds, counts, sum }: Histogram): string[] {
  let below = 0;
  const buckets = [...bounds, Infinity].map((bound, at) => {
    below += counts[at] ?? 0;
    return `${name}_bucket{le="${boundText(bound)}"} ${below}`;
  });
  return [
    ...headLines(name, "histogram", help),
    ...buckets,
    `${name}_sum ${numberText(sum)}`,
    `${name}_count ${below}`,
  ];
}

function headLines(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    return `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
  });
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** In the form that OpenMetrics asks for, so that both formats have the same series. */
function boundText(bound: number): string {
  return bound === Infinity ? "+Inf" : Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
}

function numberText(value: number): string {
  return value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value);
}
