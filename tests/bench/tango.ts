/** Figures of a device served by the binding beside one served by PyTango, one after the other: deno run -A figures.ts */
import { join } from "node:path";
import { PYTHONS } from "./environment.ts";
import { DEVICE, Served } from "./served.ts";

const HERE = import.meta.dirname!;
const ROUNDS = 7;
const PORT = 4790;
const python = PYTHONS[0]!.python;

async function measure(name: string): Promise<Record<string, number>> {
  const { code, stdout, stderr } = await new Deno.Command(python, {
    args: [join(HERE, "client", "figures.py"), name],
    stderr: "piped",
    stdout: "piped",
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function measureBinding(): Promise<Record<string, number>> {
  const started = performance.now();
  await using served = new Served({ command: [Deno.execPath(), "run", "-A", "-q", join(HERE, "serve.ts")] });
  const name = await served.name;
  const start_ms = Math.round(performance.now() - started);
  const figures = { start_ms, ...await measure(name) };
  await served.stop();
  return figures;
}

async function measurePlain(): Promise<Record<string, number>> {
  const started = performance.now();
  const args = [join(HERE, "client", "plain_server.py"), "1", "-nodb", "-dlist", DEVICE];
  args.push("-ORBendPoint", `giop:tcp:127.0.0.1:${PORT}`);
  const child = new Deno.Command(python, { args, stdout: "piped", stderr: "null" }).spawn();
  try {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream()).values({ preventCancel: true })) {
      if (text.includes("Ready")) break;
    }
    const start_ms = Math.round(performance.now() - started);
    return { start_ms, ...await measure(`tango://127.0.0.1:${PORT}/${DEVICE}#dbase=no`) };
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

for (let round = 0; round < ROUNDS; round++) {
  // In turns: what else the machine does must not fall on the same one each time.
  const ways = [["binding", measureBinding], ["PyTango", measurePlain]] as const;
  for (const [name, run] of round % 2 === 0 ? ways : ways.toReversed()) {
    console.log(name, JSON.stringify({ ...await run(), load: Deno.loadavg()[0] }));
  }
}
Deno.exit(0);
