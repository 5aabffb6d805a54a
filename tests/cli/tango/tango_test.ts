/** `pewatch tango`: what it says where it cannot work, without a Tango library or database. */
import { expectHere } from "../run_cli.ts";
import { TempFolder } from "../../temp_folder.ts";

Deno.test("register needs a database, and names the one that TANGO_HOST has", async () => {
  using temporary = new TempFolder();
  await expectHere(["tango", "register"], {
    code: 2,
    err: /No Tango database is named: set \[tango\] database, or use --database db:10000/,
  }, { cwd: temporary.path, env: { TANGO_HOST: "db:10000" } });
});

Deno.test("what is given on the command line is checked as the configuration is", async () => {
  await expectHere(["tango", "unregister", "--database", "db:10000", "--device", "a/b"], {
    code: 2,
    err: /--device: "a\/b" cannot be used: three names with slashes between are needed/,
  });
});

Deno.test("without the library it says how to get it", async () => {
  const env = { PEWATCH_LIBTANGO: "/nowhere/libpewatch_tango.so" };
  await expectHere(["tango", "register", "--database", "127.0.0.1:1"], {
    code: 1,
    err: /the Tango shim cannot be opened; PEWATCH_LIBTANGO names it: \/nowhere/,
  }, { env });
});
