/** How ill-conditioned a spectrum is, in the sense of Zhu et al.'s first condition. */
export interface IllConditioning {
  /** Eigenvalues taken as large. */
  readonly k: number;
  /** d̂ = log(λ₁/λ_{k+1}) / log P: λ_{k+1} = λ₁P^{−d̂}. The condition asks for more than ½. */
  readonly exponent: number;
  /** P / (k + P^{1−d̂})²: the alignment ratio is at least â times this, where H has no negative eigenvalue. */
  readonly bound: number;
  /** Exponent at each k from 1 to what the eigenvalues given allow. */
  readonly exponents: readonly number[];
}

/**
 * d̂ at the k whose bound on the alignment ratio is largest, from the top eigenvalues, largest first,
 * of a matrix of `dimension` rows. With λ_{k+1} = λ₁P^{−d}, Tr H ≤ kλ₁ + (P − k)λ₁P^{−d}, from which
 * the bound follows. Eigenvalues that are not positive end the list: to them no exponent belongs.
 *
 * @see Zhu et al. (2019), https://arxiv.org/abs/1803.00195
 */
export function illConditioning(values: ArrayLike<number>, dimension: number): IllConditioning {
  const first = values[0];
  if (!(first > 0)) throw new RangeError(`the largest eigenvalue must be positive, got ${first}`);
  const exponents: number[] = [];
  for (let k = 1; k < values.length && values[k] > 0; k++) {
    if (values[k] > values[k - 1])
      throw new RangeError(
        `eigenvalues must be given largest first, got ${values[k]} after ${values[k - 1]}`,
      );
    exponents.push(Math.log(first / values[k]) / Math.log(dimension));
  }
  if (exponents.length === 0)
    throw new RangeError(
      `an exponent needs at least 2 positive eigenvalues, got ${values.length} eigenvalues`,
    );
  const bounds = exponents.map((d, i) => dimension / (i + 1 + dimension ** (1 - d)) ** 2);
  const bound = Math.max(...bounds);
  const at = bounds.indexOf(bound);
  return { k: at + 1, exponent: exponents[at], bound, exponents };
}
