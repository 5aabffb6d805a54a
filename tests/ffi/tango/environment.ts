/** What the tests of ffi/tango need beside Deno; build/lib/tango.sh sets it. Without it they are left out. */

export const LIBRARY = Deno.env.get("PEWATCH_LIBTANGO");
/** Folder of the test host: host, host_asan, host_tsan. */
export const HOSTS = Deno.env.get("PEWATCH_TANGO_HOSTS");

/** Clients: Debian's PyTango, on cppTango 9, and PyPI's, on cppTango 10. */
export const PYTHONS: readonly { readonly name: string; readonly python: string }[] = [
  { name: "PyTango 9", python: Deno.env.get("PEWATCH_TANGO_PYTHON") },
  { name: "PyTango 10", python: Deno.env.get("PEWATCH_TANGO_PYTHON10") },
].flatMap(({ name, python }) => python === undefined ? [] : [{ name, python }]);

/** Of the client, which reads attributes of other devices, and the folder of its test host. */
export const LIBRARY_OF_CLIENT = Deno.env.get("PEWATCH_LIBTANGO_CLIENT");
export const CLIENT_HOSTS = Deno.env.get("PEWATCH_TANGO_CLIENT_HOSTS");
