/** Serves the tests' device through the binding, as host/main.cpp does through the C interface. */
import {
  openTangoLibrary,
  type TangoCommandCall,
  TangoError,
  type TangoPlace,
  type TangoWrite,
} from "../../../ffi/tango/mod.ts";

const PREVIEW_SIDE = 512;

const TABLE = {
  className: "PeWatchTest",
  description: "For the tests of the binding",
  attributes: [
    { name: "Text", type: "string", writable: true, events: true, description: "What Text is" },
    {
      name: "MaxProc",
      type: "long64",
      writable: true,
      events: true,
      min: "1",
      max: "9",
      description: "What MaxProc is",
    },
    { name: "Big", type: "long64", writable: true, events: true, description: "What Big is" },
    {
      name: "Gain",
      type: "double",
      writable: true,
      events: true,
      unit: "s",
      numberFormat: "%.6g",
      description: "What Gain is",
    },
    { name: "Port", type: "ushort", writable: true, events: true, description: "What Port is" },
    { name: "Counter", type: "long64", events: true, description: "What Counter is" },
    { name: "Latency", type: "double", events: true, description: "What Latency is" },
    { name: "Lines", type: "string", format: "spectrum", size: [100], description: "What Lines is" },
    { name: "Histogram", type: "double", format: "spectrum", size: [4096], description: "What Histogram is" },
    {
      name: "Preview",
      type: "ushort",
      format: "image",
      size: [PREVIEW_SIDE, PREVIEW_SIDE],
      onDemand: true,
      description: "What Preview is",
    },
  ],
  commands: [
    { name: "Start", input: "void", output: "void", inputDescription: "none", outputDescription: "none" },
    { name: "Echo", input: "string", output: "string", inputDescription: "a text", outputDescription: "the same text" },
    {
      name: "Slow",
      input: "string",
      output: "string",
      level: "expert",
      inputDescription: "seconds to wait",
      outputDescription: "the same seconds",
    },
    { name: "Silent", input: "void", output: "void", inputDescription: "none", outputDescription: "never comes" },
    {
      name: "Burst",
      input: "string",
      output: "string",
      level: "expert",
      inputDescription: "changes to make",
      outputDescription: "what Counter is then",
    },
  ],
} as const;

using library = openTangoLibrary();
const server = library.createServer(TABLE);
let counter = 0n;
let previews = 0;

function setAll(): void {
  server.set("Text", "first");
  server.set("MaxProc", 5);
  server.set("Big", 0n);
  server.set("Gain", 0.25);
  server.set("Port", 8099);
  server.set("Counter", counter);
  server.set("Latency", null);
  server.set("Lines", ["one", "µm"]);
  server.set("Histogram", Array.from({ length: 1000 }, (_, index) => index));
  server.setState("ON", "Stopped");
}

function write(request: TangoWrite): void {
  if (request.name === "Text") {
    const text = String(request.value);
    if (text === "silence") return;
    if (text.startsWith("no ")) {
      request.refuse(`There is ${text}`);
      return;
    }
  }
  // Each is set to what was written; the types were checked by Tango.
  server.set(request.name as "Gain", request.value as number);
  request.accept();
}

async function command(call: TangoCommandCall): Promise<void> {
  switch (call.name) {
    case "Start":
      server.setState("RUNNING", "Waiting for frames");
      call.accept();
      return;
    case "Echo":
      call.accept(call.argument);
      return;
    case "Slow":
      await new Promise((resolve) => setTimeout(resolve, Number(call.argument) * 1000));
      call.accept(call.argument);
      return;
    case "Burst":
      for (let left = Number(call.argument); left > 0; left--) server.set("Counter", ++counter);
      call.accept(String(counter));
  }
}

async function serve(): Promise<void> {
  for await (const request of server.requests()) {
    if (request.kind === "notice") console.log(request.notice, request.text);
    else if (request.kind === "write") write(request);
    else if (request.kind === "command") void command(request);
    else {
      previews++;
      const pixels = new Uint16Array(PREVIEW_SIDE * PREVIEW_SIDE).fill(previews);
      server.set("Preview", { pixels, width: PREVIEW_SIDE, height: PREVIEW_SIDE });
      request.accept();
    }
  }
}

async function obey(): Promise<void> {
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    // Twice at a time: both must come to an end.
    if (text.includes("stop")) await Promise.all([server.stop(), server.stop()]);
    if (text.includes("exit")) Deno.exit(7);
  }
}

const [name, instance, device, database, endpoint] = Deno.args;
const place: TangoPlace = {
  server: name!,
  instance: instance!,
  device: device!,
  ...database ? { database } : {},
  ...endpoint ? { endpoint } : {},
};
setAll();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.addSignalListener(signal, () => {
    console.log("signal");
    void server.stop();
  });
}
try {
  console.log("serving", await server.start(place));
} catch (error) {
  if (!(error instanceof TangoError)) throw error;
  console.log("failed", error.failure, error.message);
  Deno.exit(3);
}
void obey();
await serve();
await server.stop();
Deno.exit(0);
