/**
 * Makes docs/picture/page.png from the running program: the page of a pewatch that works for the simulated detector, in
 * Debian's Chromium (`apt-get install chromium`). From the checkout's root, with the Python of make_picture.py:
 *
 *     PATH=$PATH:/tmp/picture/bin deno run -A docs/picture/make_page_picture.ts docs/picture/page.png
 */
import { join } from "node:path";
import { chromium } from "playwright-core";

const SIZE = { width: 1366, height: 768 };
const RATE = 2;
/** Long enough for curves. */
const FLOWING_MS = 60_000;
/** Where the pointer is: on the third ring, to the upper right of the beam. */
const POINTER = { x: 0.6, y: 0.4 };

const [target] = Deno.args;
if (target === undefined) throw new Error("make_page_picture.ts PICTURE");
const root = join(import.meta.dirname!, "..", "..");
const folder = Deno.makeTempDirSync({ prefix: "pewatch-picture-" });
// A RAM disk, as at a beamline: what is delivered does not fill it.
const ramDisk = Deno.makeTempDirSync({ prefix: "pewatch-picture-", dir: "/dev/shm" });
for (const name of ["raw", "temp", "proc"]) Deno.mkdirSync(join(ramDisk, name));
Deno.mkdirSync(join(folder, "output"));
const port = freePort();
const config = join(folder, "pewatch.toml");
Deno.writeTextFileSync(
  config,
  `[folders]
raw = '${ramDisk}/raw'
temp = '${ramDisk}/temp'
proc = '${ramDisk}/proc'
output_root = '${folder}/output'
[http]
port = ${port}
[beamline]
short_name = "demo"
[plugins.integrate]
unit = "q_A^-1"
`,
);
const pewatch = (...args: string[]) =>
  new Deno.Command(join(root, "build", "pewatch"), { args, stdin: "null", stdout: "null", stderr: "null" });
const daemon = pewatch("run", "--json", "--config", config).spawn();
try {
  const url = `http://127.0.0.1:${port}/`;
  await answers(url);
  const detector = pewatch("simulate", join(ramDisk, "raw"), "--rate", String(RATE)).spawn();
  try {
    await photograph(url, join(folder, "page.png"));
  } finally {
    detector.kill();
  }
  await shrink(join(folder, "page.png"), target);
} finally {
  daemon.kill();
  await daemon.status;
  for (const path of [folder, ramDisk]) Deno.removeSync(path, { recursive: true });
}
Deno.exit(0);

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function answers(url: string): Promise<void> {
  for (let look = 0; look < 100; look++) {
    const isThere = await fetch(url).then((response) => response.body!.cancel(), () => false);
    if (isThere !== false) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error("pewatch does not run");
}

async function photograph(url: string, path: string): Promise<void> {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: Deno.uid() === 0 ? ["--no-sandbox"] : [],
  });
  const page = await browser.newPage({ viewport: SIZE, colorScheme: "light" });
  await page.goto(url);
  await page.waitForTimeout(FLOWING_MS);
  const { x, y, width, height } = (await page.locator(".stage canvas").boundingBox())!;
  await page.mouse.move(x + POINTER.x * width, y + POINTER.y * height);
  await page.locator(".pattern .chart").waitFor();
  await page.waitForTimeout(2000);
  await page.screenshot({ path });
  await browser.close();
}

/** Colours of a palette: the noise of a frame would take ten times as much. */
async function shrink(from: string, to: string): Promise<void> {
  const script = join(import.meta.dirname!, "shrink_picture.py");
  const { success } = await new Deno.Command("python3", { args: [script, from, to] }).output();
  if (!success) throw new Error("the picture cannot be made small: python3 needs Pillow, see make_picture.py");
}
