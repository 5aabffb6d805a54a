/// <reference lib="deno.worker" />
/**
 * A worker of the delivery pool: copies or hashes what it is given, one job after the other. A file of its own: the
 * entry of a worker.
 */
import { codeOf, messageOf } from "../../files/errors.ts";
import { foreignEntries } from "../../files/plain_file.ts";
import { takeLacks } from "../../files/volume_services.ts";
import { runCopyJob } from "./copy_job.ts";
import type { CopyAnswer, WorkerJob } from "./delivery_pool.ts";
import { makeDigests } from "./shared_digest.ts";

self.onmessage = (event: MessageEvent<WorkerJob>) => {
  self.postMessage(answerTo(event.data));
};

// The first message says that this worker listens.
self.postMessage({ ok: true, hashes: new Map(), reports: [], lacks: [] } satisfies CopyAnswer);

function answerTo(job: WorkerJob): CopyAnswer {
  const reports: string[] = [];
  foreignEntries.report = (text) => reports.push(text);
  try {
    if ("digests" in job) makeDigests(job.digests);
    const hashes = "digests" in job ? new Map() : runCopyJob(job);
    return { ok: true, hashes, reports, lacks: takeLacks() };
  } catch (error) {
    const name = error instanceof Error ? error.name : "Error";
    return { ok: false, name, message: messageOf(error), code: codeOf(error), reports, lacks: takeLacks() };
  }
}
