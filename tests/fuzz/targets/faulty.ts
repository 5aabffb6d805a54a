/** Targets that misbehave on purpose: the supervisor has to see each of their faults. */
import type { Random } from "../../faults/random.ts";
import type { Checker, Target } from "../target.ts";

/** The byte that brings the fault out. */
export const FAULTY_BYTE = 70;

export const FAULTY_TARGETS: readonly Target[] = [
  faulty("hangs", () => {
    for (;;);
  }),
  faulty("waits for ever", () => new Promise(() => setInterval(() => {}, 1000))),
  // By a pointer to nowhere, as a library would.
  faulty("crashes", () => String(new Deno.UnsafePointerView(Deno.UnsafePointer.create(8n)!).getUint32())),
  faulty("fails", () => {
    throw new Error("this case fails");
  }),
  { name: "grows", make: oneByte, open: growing },
];

function faulty(name: string, fault: () => string | Promise<string>): Target {
  const check = (input: Uint8Array) => input[0] === FAULTY_BYTE ? fault() : "read";
  return { name, make: oneByte, open: () => ({ check, [Symbol.dispose]: () => {} }) };
}

function oneByte(random: Random): Uint8Array {
  return Uint8Array.of(random.integer(256));
}

/** A megabyte a case, as a library that forgets to free its image. */
function growing(): Checker {
  const kept: Uint8Array[] = [];
  return { check: () => kept.push(new Uint8Array(1_000_000).fill(1)) > 0 ? "read" : "", [Symbol.dispose]: () => {} };
}
