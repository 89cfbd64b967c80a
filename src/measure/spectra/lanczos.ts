// Eigenpairs at one end of a symmetric operator's spectrum by thick-restart Lanczos with locking.
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
import { axpy, type FloatArray, norm, scale, symmetricEigen } from "../../numeric/index.ts";
import type { Stream } from "../../random/index.ts";
import { breakdownLevel, orthogonalise, randomDirection } from "./krylov.ts";
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

export interface Eigenpair {
  readonly value: number;
  /** Unit vector. */
  readonly vector: FloatArray;
  /** ‖Av − θv‖, as the recurrence knows it: an eigenvalue lies within this distance of θ. */
  readonly residual: number;
}

export interface LanczosResult {
  /** First as `which` orders them. Fewer than asked for where the status is not `converged`. */
  readonly pairs: readonly Eigenpair[];
  readonly status: "converged" | "max-iterations" | "not-finite";
  readonly products: number;
  /** startᵀA·start / ‖start‖², where a start that is not zero was given. */
  readonly startValue?: number;
}

/** The sequence's first Ritz pair counts as settled, for verification, at this relative residual. */
const settled = 0.1;

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
  const search: Search = {
    operator,
    key: order[which],
    tolerance,
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
    pairs: locked.toSorted((a, b) => search.key(b.value) - search.key(a.value)).slice(0, count),
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
    const floor = locked.length < count ? undefined : nth(locked, count, search.key);
    const { found, outcome, quotient } = await krylovSearch(search, next, locked, wanted, floor);
    if (locked.length === 0) startValue = quotient;
    const below =
      floor !== undefined &&
      found.every(({ value }) => search.key(value) <= floor + tolerance * Math.abs(value));
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

interface Search {
  readonly operator: SymmetricOperator;
  readonly key: (value: number) => number;
  readonly tolerance: number;
  readonly width: number;
  readonly maxProducts: number;
  products: number;
}

interface Found {
  readonly found: Eigenpair[];
  readonly outcome: "found" | "settled" | "max-iterations" | "not-finite";
  /** Rayleigh quotient of the start. */
  readonly quotient: number;
}

/**
 * One sequence from `start` in the complement of `locked`. It ends when the first `wanted` pairs are
 * found, or, given a `floor` in the order's key, when its first pair has settled below it. Where
 * the sequence exhausts its space, all of its pairs are exact and returned.
 */
async function krylovSearch(
  search: Search,
  start: FloatArray,
  locked: readonly Eigenpair[],
  wanted: number,
  floor: number | undefined,
): Promise<Found> {
  const { operator, key, tolerance, width } = search;
  const outside = locked.map(({ vector }) => vector);
  const room = Math.min(width, operator.dim - outside.length);
  const basis: FloatArray[] = [];
  const coupling: Float64Array[] = []; // row i: locked vectors · A·basis[i]
  const T = new Float64Array(room * room);
  let size = Math.max(0, ...locked.map(({ value }) => Math.abs(value)));
  let next = start;
  let quotient = NaN;
  const searched = search.products;
  const end = (found: Eigenpair[], outcome: Found["outcome"]): Found => ({
    found,
    outcome,
    quotient,
  });
  for (;;) {
    const j = basis.length;
    basis.push(next);
    const w = next.slice();
    await operator.apply(next, w);
    search.products++;
    const { coefficients: all, length: beta } = orthogonalise(w, [...outside, ...basis]);
    if (search.products === searched + 1) quotient = all[outside.length];
    if (!Number.isFinite(beta)) return end([], "not-finite");
    coupling.push(all.slice(0, outside.length));
    for (let i = 0; i <= j; i++) T[i * room + j] = T[j * room + i] = all[outside.length + i];

    const m = j + 1;
    const pairs = ritz(T, room, m, beta, coupling, key);
    size = Math.max(size, ...pairs.map(({ value }) => Math.abs(value)), beta);
    const exhausted =
      m + outside.length === operator.dim || beta <= breakdownLevel(operator) * size;
    const first = Math.abs(best([pairs[0], ...locked], key).value);
    const level = tolerance * Math.max(first, 1e-3 * size);
    const make = (n: number) => pairs.slice(0, n).map((pair) => assemble(pair, basis));
    if (exhausted) return end(make(m), "found");
    if (pairs.length >= wanted && pairs.slice(0, wanted).every((p) => p.residual <= level))
      return end(make(wanted), "found");
    if (floor !== undefined) {
      const [top] = pairs;
      const loose = Math.max(level, settled * Math.abs(top.value));
      if (top.residual <= loose && key(top.value) + top.residual < floor) return end([], "settled");
    }
    if (search.products >= search.maxProducts) return end(make(wanted), "max-iterations");

    scale(1 / beta, w);
    next = w;
    if (m === room) restart(basis, coupling, T, room, pairs, wanted);
  }
}

interface Ritz {
  readonly value: number;
  readonly residual: number;
  /** Components in the basis. */
  readonly s: Float64Array;
}

/** Ritz pairs of the leading m × m block, first to last. Their residual lies along the next vector and the locked ones. */
function ritz(
  T: Float64Array,
  room: number,
  m: number,
  beta: number,
  coupling: readonly Float64Array[],
  key: (value: number) => number,
): Ritz[] {
  const block = new Float64Array(m * m);
  for (let i = 0; i < m; i++) block.set(T.subarray(i * room, i * room + m), i * m);
  const { values, vectors } = symmetricEigen(block, m);
  const pairs = Array.from(values, (value, k) => {
    const s = vectors.slice(k * m, (k + 1) * m);
    let squares = (beta * s[m - 1]) ** 2;
    for (let l = 0; l < coupling[0].length; l++) {
      let c = 0;
      for (let i = 0; i < m; i++) c += s[i] * coupling[i][l];
      squares += c * c;
    }
    return { value, s, residual: Math.sqrt(squares) };
  });
  return pairs.sort((a, b) => key(b.value) - key(a.value));
}

/** Shrink the basis to its best Ritz vectors; T becomes diagonal, the next step fills the arrow. */
function restart(
  basis: FloatArray[],
  coupling: Float64Array[],
  T: Float64Array,
  room: number,
  pairs: readonly Ritz[],
  wanted: number,
): void {
  const keep = Math.min(room - 1, Math.max(wanted + 2, Math.floor(room / 2)));
  const kept = pairs.slice(0, keep);
  const vectors = kept.map((pair) => assemble(pair, basis).vector);
  const couplings = kept.map(({ s }) =>
    coupling[0].map((_, l) => s.reduce((sum, si, i) => sum + si * coupling[i][l], 0)),
  );
  T.fill(0);
  kept.forEach(({ value }, i) => (T[i * room + i] = value));
  basis.splice(0, basis.length, ...vectors);
  coupling.splice(0, coupling.length, ...couplings);
}

function assemble({ value, residual, s }: Ritz, basis: readonly FloatArray[]): Eigenpair {
  const vector = basis[0].slice().fill(0);
  s.forEach((si, i) => axpy(si, basis[i], vector));
  scale(1 / norm(vector), vector);
  return { value, residual, vector };
}

function unit(start: FloatArray): FloatArray | undefined {
  const length = norm(start);
  if (!(length > 0)) return undefined;
  const v = start.slice();
  scale(1 / length, v);
  return v;
}

function best<T extends { readonly value: number }>(
  pairs: readonly T[],
  key: (value: number) => number,
): T {
  return pairs.reduce((a, b) => (key(b.value) > key(a.value) ? b : a));
}

/** The key of the nth pair in order. */
function nth(pairs: readonly Eigenpair[], n: number, key: (value: number) => number): number {
  return pairs.map(({ value }) => key(value)).sort((a, b) => b - a)[n - 1];
}
