export const TICKTACK = 1;

export function work(): void {}
