/** The word that somebody most likely meant. */

/**
 * The choice that is nearest to `word` by edits (Levenshtein, without regard to case), or null where none is near: more
 * than a third of the letters wrong is another word, not a slip.
 */
export function closest(word: string, choices: Iterable<string>): string | null {
  let best: string | null = null;
  let fewest = Infinity;
  for (const choice of choices) {
    const edits = editDistance(word.toLowerCase(), choice.toLowerCase());
    if (edits < fewest && edits <= Math.max(1, Math.ceil(choice.length / 3))) {
      best = choice;
      fewest = edits;
    }
  }
  return best;
}

/** Levenshtein's distance, one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, above[column]! + 1, current[column - 1]! + 1));
    }
    above = current;
  }
  return above[b.length]!;
}
