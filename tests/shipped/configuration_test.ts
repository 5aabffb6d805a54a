import assert from "node:assert/strict";
import { parse, stringify } from "smol-toml";
import { parseSettings } from "../../src/config/load.ts";
import { importPlugin } from "./plugin_context.ts";

const DOCUMENTED = Deno.readTextFileSync(new URL("../../config/pewatch.toml", import.meta.url));

const HERE = { cwd: "/work", executableFolder: null, windows: false };

/** Every key of a table that the schema knows, besides those of its lists. */
function keysOf(schema: unknown): string[] {
  return Object.keys((schema as { entries: Record<string, unknown> }).entries);
}

/** Those of its files are said once, for csv. */
const SAID_FOR_CSV = ["beside", "separator", "line_end", "bom", "guard_formulas"];

for (const name of ["memcached", "roi", "integrate", "csv", "notify", "nats", "kafka", "wrdn"]) {
  Deno.test(`the documented configuration of ${name} is taken, names every key, and says the defaults`, async () => {
    const text = DOCUMENTED.replace(/^# ([a-z_]+ = |\[plugins\.)/gm, "$1");
    const documented = (parse(text) as { plugins: Record<string, Record<string, unknown>> }).plugins[name]!;
    const { CONFIG } = await importPlugin(name);
    // As the plugin gets it: paths of files are whole.
    const { tables } = parseSettings(stringify({ plugins: { [name]: documented } }), "/etc/pewatch.toml", HERE).plugins;
    const whole = await CONFIG["~standard"].validate(tables[name]);
    assert.equal(whole.issues, undefined);
    const said = [...Object.keys(documented), ...name === "roi" ? SAID_FOR_CSV : []];
    assert.deepEqual(said.sort(), keysOf(CONFIG).sort());
    const needed = Object.fromEntries(
      Object.entries(documented).filter(([key]) => ["keys", "regions", "urls", "servers"].includes(key)),
    );
    const least = await CONFIG["~standard"].validate(needed);
    assert.equal(least.issues, undefined);
    const examples = name === "integrate" ? [] : ["columns", "paths", "token", "headers", "unit", "saturation"];
    for (const [key, value] of Object.entries((least as { value: Record<string, unknown> }).value)) {
      if (key in documented && !(key in needed) && !examples.includes(key)) {
        assert.deepEqual(documented[key], value, key);
      }
    }
  });
}
