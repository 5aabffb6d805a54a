/**
 * The flatbuffer "wrdn" (FinishedWriting) of ESS's streaming-data-types: a writer has finished a file. Table:
 * service_id, job_id, error_encountered, file_name, metadata, message.
 * https://github.com/ess-dmsc/streaming-data-types/blob/master/schemas/wrdn_finished_writing.fbs
 */
import { Builder } from "flatbuffers";

export interface FinishedWriting {
  readonly serviceId: string;
  /** Another one for each file. */
  readonly jobId: string;
  readonly fileName: string;
  /** JSON. */
  readonly metadata: string;
}

const FIELDS = 6;
const [SERVICE_ID, JOB_ID, ERROR_ENCOUNTERED, FILE_NAME, METADATA] = [0, 1, 2, 3, 4] as const;

/** Byte for byte as ESS's package for Python writes it. */
export function encodeWrdn({ serviceId, jobId, fileName, metadata }: FinishedWriting): Uint8Array {
  const builder = new Builder(256);
  const texts = [serviceId, jobId, fileName, metadata].map((text) => builder.createString(text));
  builder.startObject(FIELDS);
  builder.addFieldOffset(SERVICE_ID, texts[0]!, 0);
  builder.addFieldOffset(JOB_ID, texts[1]!, 0);
  // Python writes false too, which is the default.
  builder.forceDefaults(true);
  builder.addFieldInt8(ERROR_ENCOUNTERED, 0, 0);
  builder.forceDefaults(false);
  builder.addFieldOffset(FILE_NAME, texts[2]!, 0);
  builder.addFieldOffset(METADATA, texts[3]!, 0);
  builder.finish(builder.endObject(), "wrdn");
  return builder.asUint8Array();
}
