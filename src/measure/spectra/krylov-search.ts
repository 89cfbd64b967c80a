// One block Krylov sequence, with thick restarts, for eigenpairs at both ends of a spectrum.
//
// The basis V, the projected matrix T = VᵀAV and the next block Q satisfy AV = VT + QB + UC, with U the
// locked vectors, which V and Q are orthogonal to. A Ritz pair (θ, Vs) then has a residual of norm
// (‖Bs‖² + ‖Cs‖²)^½. A restart keeps the Ritz vectors nearest to both ends; T becomes diagonal, B and C
// turn with V, and Q stays. One sequence serves both ends, and a block of b vectors sees up to b copies of
// an eigenvalue; vectors of a block that add nothing but rounding are dropped from it.
//
// Wu, Simon (2000), https://doi.org/10.1137/S0895479898334605
import { combine as combineVectors, type VectorSpace, vectorSpace } from "../../kernel/index.ts";
import { type FloatArray, norm, scale, symmetricEigen } from "../../numeric/index.ts";
import type { SymmetricOperator } from "../operators/operator.ts";
import { applyAll } from "./apply-all.ts";
import { breakdownLevel, orthogonalise } from "./krylov.ts";

/** A Ritz pair and its error. */
export interface RitzPair {
  readonly value: number;
  /** Unit vector. */
  readonly vector: FloatArray;
  /** ‖Av − θv‖, as the recurrence knows it: an eigenvalue lies within this distance of θ. */
  readonly residual: number;
}

/** One end of the spectrum: what is sought there and what counts as first. */
export interface End {
  readonly key: (value: number) => number;
  /** Pairs sought. */
  readonly count: number;
  /** Where given, the end is done also when its first pair has settled below this key. */
  readonly floor?: number | undefined;
}

export interface KrylovSearch {
  readonly operator: SymmetricOperator;
  /** A pair has converged at a residual of tolerance·max(|θ₁|, least·‖A‖), θ₁ the first at its end. */
  readonly tolerance: number;
  readonly least: number;
  /** Vectors held at once. */
  readonly width: number;
  readonly maxProducts: number;
  /** Counts on. */
  products: number;
}

export interface KrylovFound {
  /** For each end, first to last. After `exhausted` all pairs of the space, in each. */
  readonly pairs: readonly (readonly (RitzPair & { readonly converged: boolean })[])[];
  readonly outcome: "found" | "exhausted" | "max-iterations" | "not-finite";
  /** Rayleigh quotient of the first start. */
  readonly quotient: number;
}

/** The first pair of a sequence counts as settled at this relative residual. */
const settled = 0.1;

/** Beyond 64 vectors T, whose eigenpairs cost 9m³, is not looked at after every product: m has to grow by this part. */
const growth = 1 / 32;

/** One sequence from orthonormal `starts` in the complement of `locked`, until every end is done. */
export async function krylovSearch(
  search: KrylovSearch,
  starts: readonly FloatArray[],
  locked: readonly RitzPair[],
  ends: readonly End[],
): Promise<KrylovFound> {
  const { operator, tolerance, least } = search;
  const room = Math.min(search.width, operator.dim - locked.length);
  // Restarts hold the old basis and the kept vectors at once.
  const more = starts.length + Math.max(starts.length, Math.min(room, keptAtMost(room, ends)));
  const capacity = locked.length + room + more;
  using space = vectorSpace(operator.dim, operator.dtype, capacity);
  const hold = (vector: FloatArray) => {
    const held = space.take();
    held.set(vector);
    return held;
  };
  const outside = locked.map(({ vector }) => hold(vector));
  const basis: FloatArray[] = [];
  const T = new Float64Array(room * room);
  let next = starts.map(hold);
  let couplings: Float64Array[] = []; // row j: the components of A·basis[j] in U, then in Q
  let size = Math.max(0, ...locked.map(({ value }) => Math.abs(value)));
  let quotient = NaN;
  const sought = Math.max(...ends.map(({ count }) => count));
  let looked = 0; // vectors in the basis when T was last diagonalised
  for (;;) {
    const from = basis.length;
    const images = next.map(() => space.take());
    await applyAll(operator, next, images);
    search.products += next.length;
    basis.push(...next);
    const m = basis.length;
    // What the older vectors had in Q is now inside.
    couplings = couplings.map((row) => row.slice(0, outside.length));
    next = [];
    const rows: Float64Array[] = [];
    for (const [k, w] of images.entries()) {
      const { coefficients: c, length } = orthogonalise(w, [...outside, ...basis, ...next]);
      if (!Number.isFinite(length))
        return { pairs: ends.map(() => []), outcome: "not-finite", quotient };
      const j = from + k;
      for (let i = 0; i <= j; i++) T[i * room + j] = T[j * room + i] = c[outside.length + i];
      size = Math.max(size, Math.abs(T[j * room + j]), length);
      const row = [...c.subarray(0, outside.length), ...c.subarray(outside.length + m)];
      if (length > breakdownLevel(operator) * size) {
        scale(1 / length, w);
        next.push(w);
        row.push(length);
      } else space.give(w);
      rows.push(Float64Array.from(row));
    }
    couplings.push(...rows);
    if (from === 0) quotient = T[0];

    const exhausted = next.length === 0 || m + outside.length === operator.dim;
    const spent = search.products >= search.maxProducts;
    const full = m + next.length > room;
    const grown = m >= sought && m - looked >= Math.max(1, Math.floor(growth * m));
    if (!(exhausted || spent || full || grown)) continue;
    looked = m;
    const ritz = ritzPairs(T, room, m, couplings);
    size = Math.max(size, ...ritz.map(({ value }) => Math.abs(value)));
    const sides = ends.map((end) => {
      const { key, count, floor } = end;
      const sorted = ritz.toSorted((a, b) => key(b.value) - key(a.value));
      const first = Math.max(...[sorted[0], ...locked].map(({ value }) => key(value)));
      const level = tolerance * Math.max(Math.abs(first), least * size);
      const wanted = exhausted ? sorted : sorted.slice(0, count);
      const found = wanted.length >= count && wanted.every(({ residual }) => residual <= level);
      const [{ value, residual }] = sorted;
      const below =
        floor !== undefined &&
        residual <= Math.max(level, settled * Math.abs(value)) &&
        key(value) + residual < floor;
      return { sorted, level, wanted, found, done: found || below };
    });
    const done = sides.every((side) => side.done);
    if (exhausted || done || spent) {
      const vectors = new Map<Ritz, FloatArray>();
      const assembled = (pair: Ritz) => {
        if (!vectors.has(pair)) vectors.set(pair, eigenvector(pair.s, basis, space));
        return vectors.get(pair)!;
      };
      const pairs = sides.map(({ wanted, level, found }) =>
        (exhausted || found || !done ? wanted : []).map((pair) => {
          const { value, residual } = pair;
          const converged = exhausted || residual <= level;
          return { value, residual, converged, vector: assembled(pair) };
        }),
      );
      const outcome = exhausted ? "exhausted" : done ? "found" : "max-iterations";
      return { pairs, outcome, quotient };
    }

    // In the whole space more vectors than are missing would be rounding.
    if (room + outside.length === operator.dim) next.splice(room - m).forEach((q) => space.give(q));
    else if (full) {
      const kept = keepers(
        sides.map(({ sorted }) => sorted),
        ends,
        Math.max(1, room - next.length),
      );
      const vectors = kept.map(({ s }) => {
        const vector = space.take();
        combineVectors(basis, s, vector);
        return vector;
      });
      const turned = kept.map(({ s }) => combine(s, couplings));
      basis.splice(0, m, ...vectors).forEach((q) => space.give(q));
      couplings = turned;
      T.fill(0);
      kept.forEach(({ value }, i) => (T[i * room + i] = value));
      looked = kept.length;
    }
  }
}

interface Ritz {
  readonly value: number;
  readonly residual: number;
  /** Components in the basis. */
  readonly s: Float64Array;
}

function ritzPairs(
  T: Float64Array,
  room: number,
  m: number,
  couplings: readonly Float64Array[],
): Ritz[] {
  const block = new Float64Array(m * m);
  for (let i = 0; i < m; i++) block.set(T.subarray(i * room, i * room + m), i * m);
  const { values, vectors } = symmetricEigen(block, m);
  return Array.from(values, (value, k) => {
    const s = vectors.slice(k * m, (k + 1) * m);
    return { value, s, residual: norm(combine(s, couplings)) };
  });
}

/** Σ sⱼ·rows[j], for rows of unequal length. */
function combine(s: Float64Array, rows: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(Math.max(0, ...rows.map((row) => row.length)));
  rows.forEach((row, j) => row.forEach((value, l) => (sum[l] += s[j] * value)));
  return sum;
}

function keptAtMost(room: number, ends: readonly End[]): number {
  const total = ends.reduce((sum, { count }) => sum + count, 0);
  return Math.max(Math.floor(room / 2), total + 2);
}

/** About half of the room: the first of every end, in proportion to what it seeks. */
function keepers(sorted: readonly Ritz[][], ends: readonly End[], most: number): Ritz[] {
  const total = ends.reduce((sum, { count }) => sum + count, 0);
  const half = Math.min(most, keptAtMost(sorted[0].length, ends));
  const kept = new Set<Ritz>();
  for (const [e, { count }] of ends.entries()) {
    const share = Math.min(sorted[e].length, Math.max(count, Math.floor((half * count) / total)));
    for (const pair of sorted[e].slice(0, share)) if (kept.size < most) kept.add(pair);
  }
  return [...kept];
}

/** Σ sⱼ·basis[j], of unit length, in an array of its own. */
function eigenvector(
  s: Float64Array,
  basis: readonly FloatArray[],
  space: VectorSpace,
): FloatArray {
  const sum = space.take();
  combineVectors(basis, s, sum);
  const vector = sum.slice();
  space.give(sum);
  scale(1 / norm(vector), vector);
  return vector;
}
