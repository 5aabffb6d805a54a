/** A test that only Linux can run: of links, pipes, names that are not UTF-8. */
export function onLinux(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}
