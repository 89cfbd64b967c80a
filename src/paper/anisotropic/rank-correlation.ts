/** Spearman's ρ: the correlation of ranks, tied values having the mean of theirs. NaN where one side does not vary. */
export function rankCorrelation(x: readonly number[], y: readonly number[]): number {
  const [a, b] = [ranks(x), ranks(y)];
  const centre = (x.length + 1) / 2;
  let [aa, ab, bb] = [0, 0, 0];
  a.forEach((rank, i) => {
    const [u, v] = [rank - centre, b[i] - centre];
    [aa, ab, bb] = [aa + u * u, ab + u * v, bb + v * v];
  });
  return ab / Math.sqrt(aa * bb);
}

function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}
