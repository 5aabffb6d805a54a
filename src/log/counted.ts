/** Counts in messages, as a person would say them. */

/** "1 frame", "12 frames"; `many` where the plural is more than an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "every tick", "every 3 ticks". */
export function everyTicks(ticktack: number): string {
  return ticktack === 1 ? "every tick" : `every ${ticktack} ticks`;
}
