/** Refuses in setup. */
export const TICKTACK = 0;

export function setup(): void {
  throw new Error("there is no such detector");
}

export function work(): void {}
