/** How a cost grows with size: the exponent of a power that fits what is above a fixed cost. */

export interface Point {
  readonly size: number;
  readonly processor_ms: number;
  /** The most that the process held. */
  readonly rss_mb: number;
}

export interface Series {
  readonly name: string;
  /** What the sizes count. */
  readonly unit: string;
  readonly points: readonly Point[];
}

/** A cost of less than this share above the smallest size's is a fixed cost with noise on it. */
const GROWN_SHARE = 0.2;

/**
 * The slope of log cost over log size by least squares, over the sizes whose cost stands out from the smallest one's,
 * from which the fixed cost is taken; "0" where none does. 1 is a cost that grows as its input.
 */
export function exponentOf(points: readonly Point[], field: "processor_ms" | "rss_mb"): string {
  const fixed = points[0]?.[field] ?? 0;
  const grown = points.filter((point) => point[field] > fixed * (1 + GROWN_SHARE));
  if (grown.length < 2) return "0";
  const fitted = grown.map((point) => [Math.log(point.size), Math.log(point[field] - fixed)] as const);
  const mean = (index: 0 | 1) => fitted.reduce((sum, pair) => sum + pair[index], 0) / fitted.length;
  const [x, y] = [mean(0), mean(1)];
  const above = fitted.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return (above / fitted.reduce((sum, [a]) => sum + (a - x) ** 2, 0)).toFixed(2);
}
