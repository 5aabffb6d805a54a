/** How often the folders are looked at before they count as empty. */
const LOOKS = 3;

/**
 * What the first look finds that finds anything: a single one may miss what gets another name while its folder is
 * listed (readdir of POSIX leaves that open, and tmpfs does so).
 */
export function ofSeveralLooks<T>(look: () => readonly T[]): readonly T[] {
  for (let count = 1; count < LOOKS; count++) {
    const found = look();
    if (found.length > 0) return found;
  }
  return look();
}
