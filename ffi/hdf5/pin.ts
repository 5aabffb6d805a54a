/** Keeps a library mapped until the process ends. */

/** RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE of dlfcn.h on Linux. */
const FLAGS = 0x1102;

/**
 * HDF5 leaves destructors of threads and of its plug-ins behind; once it is unmapped they run into nothing, and the
 * program ends with a segmentation fault. A second dlopen with NODELETE keeps it where it is. Linux alone has this
 * call and this trouble; where it fails nothing is lost but the protection.
 */
export function keepMapped(path: string): void {
  if (Deno.build.os !== "linux") return;
  for (const libc of ["libc.so.6", "libdl.so.2"]) {
    try {
      const library = Deno.dlopen(libc, { dlopen: { parameters: ["buffer", "i32"], result: "pointer" } });
      library.symbols.dlopen(new TextEncoder().encode(`${path}\0`), FLAGS);
      library.close();
      return;
    } catch {
      // Before glibc 2.34 dlopen is in libdl alone.
    }
  }
}
