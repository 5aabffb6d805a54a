/** Names of attributes and the table of the plugin `tango`: what is refused, and how. */
import assert from "node:assert/strict";
import { defaultParameter, faultOfAttribute } from "../../src/values/tango_attribute_name.ts";
import { faultOfDatabase, maxAgeSeconds, originOf, tangoList, type TangoTable } from "../../src/values/tango_list.ts";
import { faultsOf } from "../shipped/plugin_context.ts";

Deno.test("names of attributes: all four forms are taken, and each has its parameter", () => {
  const names = {
    "p02/motor/sample_x/Position": "sample_x_Position",
    "sample_x/Position": "sample_x_Position",
    "tango://host.example.org:10000/p02/motor/sample_x/Position": "sample_x_Position",
    "tango://host:10000/sample_x/Position": "sample_x_Position",
    "tango://127.0.0.1:45450/a/b/c/d#dbase=no": "c_d",
  };
  for (const [name, parameter] of Object.entries(names)) {
    assert.equal(faultOfAttribute(name), null, name);
    assert.equal(defaultParameter(name), parameter);
  }
});

Deno.test("names of attributes: others are refused with the forms that there are", () => {
  const bad = [
    "",
    "Position",
    "a/b/c",
    "a/b/c/d/e",
    "a//c/d",
    "a/b/c/d#dbase=no",
    "a/b/c/d#dbase=yes",
    "tango://host/a/b/c/d",
    "tango://host:0/a/b/c/d",
    "tango://host:10000/",
    "tango://host:10000/alias/d#dbase=no",
    "a/b/c/with blank",
    "a/b/c/100%",
    "tango://a:1,b:2/a/b/c/d",
  ];
  for (const name of bad) assert.notEqual(faultOfAttribute(name), null, name);
});

Deno.test("[plugins.tango]: slips are named with what would be right", async () => {
  const faults = async (attribute: Record<string, unknown>, table = {}) =>
    (await faultsOf("tango", { ...table, attributes: [attribute] })).join("\n");
  assert.equal(await faults({ name: "a/b/c/d" }), "");
  assert.match(
    await faults({ name: "Position" }),
    /^attributes\.0\.name: it is not a name of an attribute; names are "domain\/family/,
  );
  assert.match(
    await faults({ name: "a/b/c/d", path: "/sample/x" }),
    /attributes\.0\.path: it does not begin with "\/entry\/"/,
  );
  assert.match(await faults({ name: "a/b/c/d", max_age: 3 }), /max_age: there is no such key/);
  assert.match(await faults({ name: "a/b/c/d", as: "texts" }), /one of "text", "number" is needed/);
  assert.match(await faults({ name: "a/b/c/d", events: "yes" }), /true or false is needed/);
  assert.match(await faults({ name: "a/b/c/d" }, { period_s: 0 }), /a number from 0\.1 to 3600 is needed/);
  assert.match(await faults({ name: "a/b/c/d" }, { database: "host" }), /an address as "host:10000" is needed/);
  assert.match((await faultsOf("tango", {})).join(), /attributes/);
  const twice = { attributes: [{ name: "a/b/c/d" }, { name: "x/y/c/d" }] };
  assert.match((await faultsOf("tango", twice)).join(), /two attributes would be the parameter c_d/);
});

function tableOf(attributes: readonly { name: string; events?: boolean; max_age_s?: number }[]): TangoTable {
  return {
    period_s: 1,
    timeout_s: 0.5,
    attributes: attributes.map((one) => ({ parameter: one.name, events: false, as: "text", ...one })),
  };
}

Deno.test("[plugins.tango]: an attribute that stands twice is read once, whatever it is called", () => {
  const table = tableOf([{ name: "a/b/c/d" }, { name: "A/b/c/D", events: true }, { name: "tango://db:1/a/b/c/d" }, {
    name: "x/y",
  }]);
  const { list, indexes } = tangoList(table, { database: "db:1" });
  assert.deepEqual(list.attributes, [{ name: "a/b/c/d", events: true }, { name: "x/y", events: false }]);
  assert.deepEqual(indexes, [[0, 1, 2], [3]]);
  assert.equal(originOf("x/y", list), "tango://db:1/x/y");
});

Deno.test("[plugins.tango]: a name without an address needs a database, and a bound follows the period", () => {
  const direct = tableOf([{ name: "tango://h:1/a/b/c/d#dbase=no" }]);
  assert.equal(faultOfDatabase(direct, { database: "" }), null);
  const named = tableOf([{ name: "a/b/c/d" }]);
  assert.match(faultOfDatabase(named, { database: "" }) ?? "", /a\/b\/c\/d names no database/);
  assert.equal(faultOfDatabase({ ...named, database: "h:1" }, { database: "" }), null);
  const ages = tableOf([{ name: "a/b/c/d" }, { name: "a/b/c/e", events: true }, { name: "a/b/c/f", max_age_s: 7 }]);
  assert.deepEqual(ages.attributes.map((one) => maxAgeSeconds(ages, one)), [2.5, 20.5, 7]);
});
