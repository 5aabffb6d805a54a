/** Counts of frames in words, as run, process and demo report them at their end. */
import type { FrameCounts } from "../../daemon/status.ts";
import { unclaimedText } from "../../frames/prepare/unclaimed.ts";
import { counted, readableBytes } from "../../log/counted.ts";

/** "12 frames delivered (201.3 MB), 1 in quarantine, 2 darks removed, 0 waiting; 95 % of frames within 0.81 s". */
export function countsText(counts: FrameCounts): string {
  const parts = [
    `${frames(counts.delivered)} delivered (${readableBytes(counts.bytesDelivered)})`,
    `${counts.failed} in quarantine`,
    `${darks(counts.darksRemoved)} removed`,
    `${counts.backlog} waiting`,
  ];
  const stays = unclaimedText(counts.unclaimed);
  if (stays !== "") parts.push(`in the raw folder stay ${stays}`);
  const latency = counts.latency_s === null ? "" : `; 95 % of frames within ${counts.latency_s.toFixed(2)} s`;
  return parts.join(", ") + latency;
}

export function frames(count: number): string {
  return counted(count, "frame");
}

export function darks(count: number): string {
  return counted(count, "dark");
}

/** 83.4 as "1:23". */
export function minutesText(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
