/** Cannot be imported. */
export const TICKTACK = 1;
throw new Error("no import on purpose");
