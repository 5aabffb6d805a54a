/**
 * `pewatch tango client`, hidden: the process that reads attributes of other devices. Its list is the first line of its
 * input, its output are the records of ffi/tango/client. It ends with its input, and so with the process that started it.
 */
import { TangoClientLibrary } from "../../../ffi/tango/client/library.ts";
import { heartbeatRecord, refusedRecord, renumber } from "../../../ffi/tango/client/records.ts";
import { TangoError } from "../../../ffi/tango/mod.ts";
import { rereadSeconds, type TangoList } from "../../values/tango_list.ts";
import { EXIT } from "../console/arguments.ts";

/** A parameter takes no more. */
const VALUE_BYTES_MAX = 1024 * 1024;
/** Some records of the largest values; where one does not fit, it grows. */
const BUFFER_BYTES = 2 * VALUE_BYTES_MAX;
const TAKE_MS = 500;
const HEARTBEAT_MS = 1000;
/** A list of some thousand attributes has less. */
const LIST_BYTES_MAX = 16 * 1024 * 1024;

export async function runTangoClient(args: string[]): Promise<number> {
  if (args.length > 0) {
    console.error("pewatch tango client takes no arguments: pewatch run starts it");
    return EXIT.usage;
  }
  // Ctrl-C and a service's stop are for the daemon, which ends this process when it has finished its frames.
  for (const signal of ["SIGINT", ...Deno.build.os === "windows" ? [] : ["SIGTERM", "SIGHUP"]] as Deno.Signal[]) {
    Deno.addSignalListener(signal, () => {});
  }
  const input = Deno.stdin.readable.getReader();
  const list = await readList(input);
  if (list === null) return EXIT.usage;
  const library = new TangoClientLibrary();
  void endWithInput(input, library);
  const { numbers, refusals } = configure(library, list);
  for (const refusal of refusals) await write(refusal);
  await write(heartbeatRecord());
  library.start();
  await pass(library, numbers);
  return library.exit(EXIT.done);
}

async function readList(input: ReadableStreamDefaultReader<Uint8Array>): Promise<TangoList | null> {
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\n") && text.length < LIST_BYTES_MAX) {
    const { value, done } = await input.read();
    if (done) return null;
    text += decoder.decode(value, { stream: true });
  }
  return JSON.parse(text.slice(0, text.indexOf("\n"))) as TangoList;
}

async function endWithInput(
  input: ReadableStreamDefaultReader<Uint8Array>,
  library: TangoClientLibrary,
): Promise<void> {
  try {
    while (!(await input.read()).done);
  } finally {
    library.exit(EXIT.done);
  }
}

/** A name that the library refuses does not keep the others from being read. */
function configure(library: TangoClientLibrary, list: TangoList) {
  const { database, period_s, timeout_s, attributes } = list;
  const options = { period_ms: ms(period_s), reread_ms: ms(rereadSeconds(list)), timeout_ms: ms(timeout_s) };
  library.configure({ database, ...options, bytes_max: VALUE_BYTES_MAX });
  const numbers: number[] = [];
  const refusals: Uint8Array<ArrayBuffer>[] = [];
  for (const [index, { name, events }] of attributes.entries()) {
    try {
      library.add(name, { events });
      numbers.push(index);
    } catch (error) {
      if (!(error instanceof TangoError)) throw error;
      refusals.push(refusedRecord(index, error.message));
    }
  }
  return { numbers, refusals };
}

function ms(seconds: number): number {
  return Math.round(seconds * 1000);
}

async function pass(library: TangoClientLibrary, numbers: readonly number[]): Promise<never> {
  let buffer = new Uint8Array(BUFFER_BYTES);
  let written_ms = performance.now();
  for (;;) {
    const bytes = await library.take(buffer, TAKE_MS);
    if (bytes === null) {
      buffer = new Uint8Array(2 * buffer.length);
      continue;
    }
    if (bytes > 0) {
      const records = buffer.subarray(0, bytes);
      renumber(records, numbers);
      await write(records);
    } else if (performance.now() - written_ms > HEARTBEAT_MS - TAKE_MS) {
      await write(heartbeatRecord());
    } else continue;
    written_ms = performance.now();
  }
}

/** Not synchronously: the end of the input must be seen while a reader that hangs lets the pipe be full. */
async function write(bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
}
