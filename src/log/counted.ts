/** Counts and sizes in messages, as a person would say them. A file of its own: all rooms write messages with it. */

/** "1 frame", "12 frames"; `many` where the plural is more than an s. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "every tick", "every 3 ticks". */
export function everyTicks(ticktack: number): string {
  return ticktack === 1 ? "every tick" : `every ${ticktack} ticks`;
}

/** 16777216 as "16.8 MB". */
export function readableBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
