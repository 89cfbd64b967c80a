/** ` (did you mean 'cos'?)`, or nothing where no known name is within two letters and half of the word. */
export function nearestName(name: string, known: readonly string[]): string {
  let best: string | undefined;
  let least = Math.min(2, Math.ceil(name.length / 2)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best === undefined ? "" : ` (did you mean '${best}'?)`;
}

/** Insertions, deletions and changes of a letter from one word to the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))); // prettier-ignore
    row = next;
  }
  return row[b.length];
}
