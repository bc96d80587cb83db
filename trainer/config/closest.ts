/** Longer words are not names that somebody mistyped, and comparing them takes long. */
const longestWord = 50;

/** Highest edit distance, as a fraction of the longer word, that still counts as a typo. */
const maxCost = 0.4;

/**
 * The candidate with the smallest edit distance to `word`, or `undefined` if none is close. A missing character costs
 * half, because names are more often abbreviated than misspelled.
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > longestWord) return undefined;
  const lowered = word.toLowerCase();
  const costs = candidates
    .filter(({ length }) => length <= longestWord)
    .map((candidate) => {
      const cost = editCost(lowered, candidate.toLowerCase());
      return { candidate, cost: cost / Math.max(word.length, candidate.length) };
    });
  const best = costs.reduce((a, b) => (b.cost < a.cost ? b : a), { candidate: '', cost: Infinity });
  return best.cost <= maxCost ? best.candidate : undefined;
}

/** `; did you mean …?`, or an empty string. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = closest(word, candidates);
  return meant === undefined ? '' : `; did you mean \`${meant}\`?`;
}

function editCost(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j / 2);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 0.5));
    }
    row = next;
  }
  return row[to.length]!;
}
