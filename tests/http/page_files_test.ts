/** What the browser gets: whole, of this server alone, and without anything that the page's CSP forbids. */
import assert from "node:assert/strict";
import { pageFiles } from "../../src/http/page_files.ts";

Deno.test("each module that the page imports is served, under a path below the page", async () => {
  const files = await pageFiles();
  const decoder = new TextDecoder();
  let imports = 0;
  for (const [path, { body, type }] of files) {
    if (!type.startsWith("text/javascript")) continue;
    // Statements, not the examples in comments: a specifier that the browser would ask for.
    for (const [, specifier] of decoder.decode(body).matchAll(/^(?:import|export)\b[^;"]*?\bfrom\s*"([^"]+)"/gm)) {
      imports++;
      assert.match(specifier!, /^\.\.?\//, `${path} imports ${specifier}`);
      const target = new URL(specifier!, new URL(path, "http://127.0.0.1/")).pathname.slice(1);
      assert.ok(files.has(target), `${path} imports ${specifier}, which is not served`);
    }
  }
  assert.ok(imports > 3, `${imports} imports were found`);
  assert.ok(files.has("geometry/pixels.ts"), "the page computes with the program's own geometry");
});

Deno.test("the page names files that are served, and has no script or style in itself", async () => {
  const files = await pageFiles();
  const html = new TextDecoder().decode(files.get("")!.body);
  const named = [...html.matchAll(/(?:src|href)="([^":]+)"/g)].map((match) => match[1]!);
  assert.ok(named.length >= 3);
  for (const name of named) assert.ok(name.startsWith("api/") || files.has(name), name);
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\bon\w+=|style=/);
});

Deno.test("types are gone, licences of packages are there, and the same files have the same tags", async () => {
  const files = await pageFiles();
  assert.doesNotMatch(new TextDecoder().decode(files.get("geometry/pixels.ts")!.body), /export interface|: number/);
  for (const name of ["packages/preact.js", "packages/uplot.js", "packages/htm.js"]) {
    assert.match(new TextDecoder().decode(files.get(name)!.body), /^\/\*! \w+ \d+\.\d+\.\d+\n[^]*Licen[sc]e/);
  }
  const etags = [...files.values()].map(({ etag }) => etag);
  assert.equal(new Set(etags).size, etags.length);
});
