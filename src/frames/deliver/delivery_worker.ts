/// <reference lib="deno.worker" />
/** A worker of the delivery pool: copies what it is given, one job after the other. */
import { copySpans } from "../../files/copy_spans.ts";
import { codeOf, messageOf } from "../../files/errors.ts";
import { foreignEntries } from "../../files/plain_file.ts";
import { takeLacks } from "../../files/volume_services.ts";
import type { CopyAnswer, CopyJob } from "./delivery_pool.ts";

self.onmessage = (event: MessageEvent<CopyJob>) => {
  self.postMessage(answerTo(event.data));
};

// The first message says that this worker listens.
self.postMessage({ ok: true, sha256: null, reports: [], lacks: [] } satisfies CopyAnswer);

function answerTo(job: CopyJob): CopyAnswer {
  const reports: string[] = [];
  foreignEntries.report = (text) => reports.push(text);
  try {
    const sha256 = copySpans(job.targets, job.options);
    return { ok: true, sha256, reports, lacks: takeLacks() };
  } catch (error) {
    const name = error instanceof Error ? error.name : "Error";
    return { ok: false, name, message: messageOf(error), code: codeOf(error), reports, lacks: takeLacks() };
  }
}
