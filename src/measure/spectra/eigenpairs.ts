// Several eigenpairs at both ends of a spectrum by block Lanczos with thick restarts and locking.
//
// A sequence from random vectors finds what is first with probability one, but sees no more copies of a
// repeated eigenvalue than its block has vectors, and given starts may be blind to a whole
// eigenspace. So the result is verified: a sequence from a random vector in the complement of the
// pairs found runs until its own first pair at each end has settled below them, or belongs to them.
import type { FloatArray } from "../../numeric/index.ts";
import type { Stream } from "../../random/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { randomDirection } from "./krylov.ts";
import { type End, type KrylovSearch, krylovSearch, type RitzPair } from "./krylov-search.ts";
import { orthonormalRange } from "./orthonormal-range.ts";

export interface EigenpairsOptions {
  /** Pairs wanted from the top; default 1. */
  readonly top?: number;
  /** Pairs wanted from the bottom, algebraically smallest first; default 0. */
  readonly bottom?: number;
  /** Whether the top is the algebraically largest, the default, or the largest in size. */
  readonly which?: "algebraic" | "magnitude";
  /** A pair is found when ‖Av − θv‖ ≤ tolerance·max(|θ₁|, 10⁻²‖A‖), θ₁ the first at its end; default 10⁻³. */
  readonly tolerance?: number;
  /** Where to begin, say the vectors of the checkpoint before; a random vector joins them. */
  readonly starts?: readonly FloatArray[] | undefined;
  /** Vectors multiplied at once where there are no starts; default 1. */
  readonly block?: number;
  /** Look for what the search may have missed; default true. */
  readonly verify?: boolean;
  /** Vectors kept at once; default 40, and at least 2·(top + bottom + block) + 8. */
  readonly basis?: number;
  /** Default 1000. */
  readonly maxProducts?: number;
}

export interface EigenpairFound extends RitzPair {
  readonly status: "converged" | "max-iterations";
}

export interface EigenpairsResult {
  /** Largest first, in the order of `which`. Fewer than asked for where the status is not `converged`. */
  readonly top: readonly EigenpairFound[];
  /** Smallest first. */
  readonly bottom: readonly EigenpairFound[];
  /** `max-iterations` also where pairs have converged and their verification has not ended. */
  readonly status: "converged" | "max-iterations" | "not-finite";
  readonly products: number;
}

/**
 * Eigenpairs of both ends from one Krylov space. Random vectors come from `draws`.
 *
 * Values are Rayleigh quotients, never outside of the spectrum but for rounding. Memory: `basis` vectors
 * and two blocks. Each product is followed by a reorthogonalisation of 4·dim·(vectors held) multiplications.
 */
export async function eigenpairs(
  operator: SymmetricOperator,
  draws: Stream,
  options: EigenpairsOptions = {},
): Promise<EigenpairsResult> {
  const { top = 1, bottom = 0, which = "algebraic", tolerance = 1e-3, starts = [] } = options;
  const { block = 1, verify = true, maxProducts = 1000 } = options;
  const { dim } = operator;
  requireOptions(dim, { top, bottom, tolerance, block, starts });
  const counts = [top, bottom];
  const keys: End["key"][] = [which === "algebraic" ? (x) => x : Math.abs, (x) => -x];
  const search: KrylovSearch = {
    operator,
    tolerance,
    least: 1e-2,
    width: Math.min(
      dim,
      Math.max(options.basis ?? 40, 2 * (top + bottom + block + starts.length) + 8),
    ),
    maxProducts,
    products: 0,
  };

  const locked: EigenpairFound[] = [];
  let drawn = 0;
  const fresh = (others: readonly FloatArray[]) => {
    const basis = [...locked.map(({ vector }) => vector), ...others];
    const v = randomDirection(operator, draws, drawn++, basis);
    return v === undefined ? [] : [v];
  };
  const first = (e: number) =>
    locked.toSorted((a, b) => keys[e](b.value) - keys[e](a.value)).slice(0, counts[e]);
  const finish = (status: EigenpairsResult["status"]): EigenpairsResult => ({
    top: first(0),
    bottom: first(1),
    status,
    products: search.products,
  });

  let next = orthonormalRange(
    starts.map((v) => v.slice()),
    operator.dtype,
  ).basis;
  for (let k = next.length > 0 ? block - 1 : 0; k < block; k++) next.push(...fresh(next));
  const verified = counts.map((count) => count === 0 || !verify);
  while (next.length > 0) {
    const open = counts.flatMap((count, e) =>
      count > 0 && (locked.length < count || !verified[e]) ? [e] : [],
    );
    if (open.length === 0) break;
    const ends = open.map((e): End => {
      const known = first(e);
      const complete = known.length === counts[e];
      return {
        key: keys[e],
        count: complete ? 1 : counts[e] - known.length,
        floor: complete ? keys[e](known[known.length - 1].value) : undefined,
      };
    });
    const { pairs, outcome } = await krylovSearch(search, next, locked, ends);
    if (outcome === "not-finite") return finish(outcome);
    const found = new Set<FloatArray>();
    for (const [i, { key, floor }] of ends.entries()) {
      const above = floor ?? -Infinity;
      const slack = (value: number) => above + tolerance * Math.abs(value);
      if (floor !== undefined && pairs[i].every(({ value }) => key(value) <= slack(value)))
        verified[open[i]] = outcome !== "max-iterations";
      for (const { converged, ...pair } of pairs[i]) {
        if (found.has(pair.vector) || !(converged || key(pair.value) > above)) continue;
        found.add(pair.vector);
        locked.push({ ...pair, status: converged ? "converged" : "max-iterations" });
      }
    }
    if (outcome === "max-iterations") return finish(outcome);
    next = fresh([]);
  }
  return finish("converged");
}

function requireOptions(
  dim: number,
  given: Required<Pick<EigenpairsOptions, "top" | "bottom" | "tolerance" | "block">> & {
    readonly starts: readonly FloatArray[];
  },
): void {
  for (const name of ["top", "bottom"] as const)
    if (!(Number.isInteger(given[name]) && given[name] >= 0 && given[name] <= dim))
      throw new RangeError(`${name} must be from 0 to the dimension ${dim}, got ${given[name]}`);
  if (given.top + given.bottom === 0) throw new RangeError("top and bottom must not both be 0");
  if (!(Number.isInteger(given.block) && given.block >= 1))
    throw new RangeError(`block must be a positive integer, got ${given.block}`);
  if (!(given.tolerance > 0 && given.tolerance < 1))
    throw new RangeError(`tolerance must be in (0, 1), got ${given.tolerance}`);
  given.starts.forEach((start, i) => {
    if (start.length !== dim)
      throw new RangeError(`starts[${i}] must have ${dim} numbers, got ${start.length}`);
  });
}
