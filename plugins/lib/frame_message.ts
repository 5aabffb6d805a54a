/** The message of one delivered frame, as `notify` and the brokers send it. docs/brokers.md describes every key. */
import { createHash } from "node:crypto";
import { type DeliveredFrame, type FrameSidecar, seriesOf } from "pewatch";
import { isoLocal, isoTime } from "./times.ts";

/** Raised when a key of the message is removed or changes its meaning; not when keys are added. */
const MESSAGE_VERSION = 1;

/**
 * A message that is sent twice is the same both times; receivers recognise it by `id` or `sequence`.
 * @param sidecar of the frame, null without one
 */
export function frameMessage(frame: DeliveredFrame, sidecar: FrameSidecar | null) {
  const { image, sidecar: metadata, nexus, all } = frame.files;
  return {
    event: "delivered",
    version: MESSAGE_VERSION,
    id: idOf(frame),
    sequence: frame.sequence,
    number: frame.number,
    name: frame.name,
    series: seriesOf(frame.name, sidecar?.view ?? null),
    dark: frame.dark,
    again: frame.again,
    files: { image, sidecar: metadata, nexus, all },
    sums: frame.sums,
    bytes: frame.bytes,
    latency_s: frame.latency_s,
    delivered_at: isoTime(frame.deliveredAt),
  };
}

/** In the form of a UUID; the same whenever the frame is reported. */
function idOf({ sequence, name, deliveredAt }: DeliveredFrame): string {
  const digits = createHash("sha256").update(`${sequence} ${deliveredAt.getTime()} ${name}`).digest("hex");
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map(([from, to]) => digits.slice(from, to)).join("-");
}

/** The sidecar's view under its own names, dates as ISO 8601; null without a sidecar. */
export function sidecarFacts(sidecar: FrameSidecar | null) {
  if (sidecar === null) return null;
  const { problems: _, dateTime, dateTimeClock: _clock, ...view } = sidecar.view;
  return dateTime === undefined ? view : { dateTime: isoLocal(dateTime), ...view };
}
