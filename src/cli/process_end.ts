/** The end of the process, whoever asks for it. In a file of its own: what starts first loads no library for it. */

let end: (code: number) => never = Deno.exit;

/** A library whose threads run may need the process to be ended by itself: from now on it is. */
export function endProcessBy(ender: (code: number) => never): void {
  end = ender;
}

export function endProcess(code: number): never {
  end(code);
}
