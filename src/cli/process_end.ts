/** The end of the process, whichever way leads there. */

let end: (code: number) => never = Deno.exit;

/** A library whose threads run may need the process to be ended by itself: from now on it is. */
export function endProcessBy(ender: (code: number) => never): void {
  end = ender;
}

export function endProcess(code: number): never {
  end(code);
}
