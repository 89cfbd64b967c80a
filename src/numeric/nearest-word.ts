/**
 * Insertions, deletions, replacements and swaps of neighbours that turn one word into another: the
 * optimal string alignment distance. O(|a|·|b|).
 */
export function editDistance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, last] = [last, row];
  }
  return last[b.length];
}

/**
 * The candidate that a word was probably meant to be, letter case and hyphens aside: at most a third of
 * its letters wrong, and one at least; else the only one that begins as it does, with five letters or more
 * and half of the word.
 */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  const meant = plain(word);
  const known = [...candidates];
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 0.5;
  for (const candidate of known) {
    const distance = editDistance(meant, plain(candidate));
    if (distance < least) [best, least] = [candidate, distance];
  }
  if (best !== undefined) return best;
  const start = meant.slice(0, Math.max(5, Math.ceil(meant.length / 2)));
  const alike = start.length < 5 ? [] : known.filter((one) => plain(one).startsWith(start));
  return alike.length === 1 ? alike[0] : undefined;
}

const plain = (text: string) => text.toLowerCase().replaceAll(/[-_ ]/g, "");
