/// <reference lib="deno.worker" />
/** Adds lines to a CSV file, as one of several daemons does: for csv_file_test.ts. */
import { CsvFile } from "../../plugins/lib/csv_file.ts";

self.onmessage = ({ data }: MessageEvent<{ path: string; writer: string; lines: number }>) => {
  const reports = { warn: () => {}, info: () => {} };
  const file = new CsvFile(data.path, { header: "a,b\r\n", bom: false, reports, fsync: false });
  for (let line = 0; line < data.lines;) if (file.append(`${data.writer},${line}\r\n`)) line++;
  self.postMessage("done");
};
