// Eigenpairs at one end of a symmetric operator's spectrum by thick-restart Lanczos with locking: one
// vector at a time, warm from a given one, with the start's own quotient. `eigenpairs` is for both ends and blocks.
//
// A search is a Krylov sequence in the complement of the pairs that are locked; a pair is locked once
// its residual is small. A sequence from a random vector finds the largest eigenvalue with
// probability one, but a single sequence sees one copy of a repeated eigenvalue, and a given start
// may be blind to a whole eigenspace (an eigenvector that was the largest before two eigenvalues
// crossed is blind to all others). So where several pairs are wanted, or the start was given, the result is
// verified: a sequence from a random vector of the complement runs until its own largest Ritz pair
// has settled below those found, or becomes one of them.
//
// Wu, Simon (2000), Thick-restart Lanczos method for large symmetric eigenvalue problems,
// https://doi.org/10.1137/S0895479898334605
import { type FloatArray, norm, scale } from "../../numeric/index.ts";
import type { Stream } from "../../random/index.ts";
import { randomDirection } from "./krylov.ts";
import { type KrylovSearch, krylovSearch, type RitzPair } from "./krylov-search.ts";
import type { SymmetricOperator } from "../operators/operator.ts";

/** Which end counts as first: the largest, the largest in size, or the smallest. */
export type SpectrumEnd = "algebraic" | "magnitude" | "smallest";

export interface LanczosOptions {
  /** Pairs wanted; default 1. */
  readonly count?: number;
  readonly which?: SpectrumEnd;
  /** A pair is found when ‖Av − θv‖ ≤ tolerance·max(|θ₁|, 10⁻³‖A‖), θ₁ the first value; default 10⁻³, which gives θ to about 10⁻⁶. */
  readonly tolerance?: number;
  /** Where to begin; random where absent. */
  readonly start?: FloatArray | undefined;
  /** Look for what the search may have missed; default where `count` > 1 or `start` is given. */
  readonly verify?: boolean;
  /** Vectors kept at once; the sequence restarts from its best when they are used up. Default 40, and at least 2·count + 8. */
  readonly basis?: number;
  /** Default 1000. */
  readonly maxProducts?: number;
}

export type Eigenpair = RitzPair;

export interface LanczosResult {
  /** First as `which` orders them. Fewer than asked for where the status is not `converged`. */
  readonly pairs: readonly Eigenpair[];
  readonly status: "converged" | "max-iterations" | "not-finite";
  readonly products: number;
  /** startᵀA·start / ‖start‖², where a start that is not zero was given. */
  readonly startValue?: number;
}

/**
 * The first `count` eigenpairs of the operator. Random vectors come from `draws`.
 *
 * Values are Rayleigh quotients: for `algebraic` never above the largest eigenvalue, and never below
 * startᵀA·start / ‖start‖². Memory: `basis` vectors. Each product is followed by a
 * reorthogonalisation of 4·dim·(vectors held) multiplications.
 */
export async function lanczos(
  operator: SymmetricOperator,
  draws: Stream,
  options: LanczosOptions = {},
): Promise<LanczosResult> {
  const { count = 1, which = "algebraic", tolerance = 1e-3, start, maxProducts = 1000 } = options;
  const { verify = count > 1 || start !== undefined } = options;
  const { dim } = operator;
  if (!(Number.isInteger(count) && count >= 1 && count <= dim))
    throw new RangeError(`count must be from 1 to the dimension ${dim}, got ${count}`);
  if (!(tolerance > 0 && tolerance < 1))
    throw new RangeError(`tolerance must be in (0, 1), got ${tolerance}`);
  if (start !== undefined && start.length !== dim)
    throw new RangeError(`start must have ${dim} numbers, got ${start.length}`);
  const width = Math.min(dim, Math.max(options.basis ?? 40, 2 * count + 8));
  const key = order[which];
  const search: KrylovSearch = {
    operator,
    tolerance,
    least: 1e-3,
    width,
    maxProducts,
    products: 0,
  };

  const locked: Eigenpair[] = [];
  let drawn = 0;
  const fresh = () =>
    randomDirection(
      operator,
      draws,
      drawn++,
      locked.map(({ vector }) => vector),
    );
  const finish = (status: LanczosResult["status"]): LanczosResult => ({
    pairs: locked.toSorted((a, b) => key(b.value) - key(a.value)).slice(0, count),
    status,
    products: search.products,
    ...(given && { startValue }),
  });
  const given = start && unit(start);
  let startValue = NaN;
  let next = given ?? fresh();
  let verified = !verify;
  while (next !== undefined && (locked.length < count || !verified)) {
    const wanted = Math.max(1, count - locked.length);
    const floor = locked.length < count ? undefined : nth(locked, count, key);
    const { pairs, outcome, quotient } = await krylovSearch(search, [next], locked, [
      { key, count: wanted, floor },
    ]);
    const found = pairs[0].map(({ value, vector, residual }) => ({ value, vector, residual }));
    if (locked.length === 0) startValue = quotient;
    const below =
      floor !== undefined &&
      found.every(({ value }) => key(value) <= floor + tolerance * Math.abs(value));
    locked.push(...found);
    if (outcome === "not-finite" || outcome === "max-iterations") return finish(outcome);
    if (below) verified = true;
    next = locked.length < count || !verified ? fresh() : undefined;
  }
  return finish("converged");
}

const order: Readonly<Record<SpectrumEnd, (value: number) => number>> = {
  algebraic: (value) => value,
  magnitude: Math.abs,
  smallest: (value) => -value,
};

function unit(start: FloatArray): FloatArray | undefined {
  const length = norm(start);
  if (!(length > 0)) return undefined;
  const v = start.slice();
  scale(1 / length, v);
  return v;
}

/** The key of the nth pair in order. */
function nth(pairs: readonly Eigenpair[], n: number, key: (value: number) => number): number {
  return pairs.map(({ value }) => key(value)).sort((a, b) => b - a)[n - 1];
}
