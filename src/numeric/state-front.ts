// The dense fronts that blocks of a Markov chain's states are eliminated in, for `state-reduction.ts`.
import type { SparseRows } from "./sparse.ts";

export interface Front {
  /** States of the block, then those later ones that it is joined to. */
  readonly states: Int32Array;
  readonly own: number;
  /** Rates from own states to all of the front when each was eliminated, [own, states]. */
  readonly upper: Float64Array;
  /** Rates into own states over the rate out of them, [states, own]. */
  readonly lower: Float64Array;
  /** Rate out of each own state. */
  readonly out: Float64Array;
}

/** The block, then the later states joined to it by rates or by what was eliminated, in order. */
export function frontOf(
  block: Int32Array,
  b: number,
  place: Int32Array,
  blockOf: Int32Array,
  graphs: readonly SparseRows[],
  parts: readonly { readonly states: Int32Array }[],
): Int32Array {
  const later = new Set<number>();
  for (const state of block)
    for (const { offsets, indices } of graphs)
      for (let at = offsets[state]; at < offsets[state + 1]; at++)
        if (blockOf[indices[at]] > b) later.add(indices[at]);
  for (const { states } of parts)
    for (const state of states) if (blockOf[state] > b) later.add(state);
  const sorted = [...later].sort((x, y) => place[x] - place[y]);
  return Int32Array.from([...block, ...sorted]);
}

/** Add what an eliminated block hands on. */
export function addPart(
  part: { readonly states: Int32Array; readonly rates: Float64Array; readonly exits: Float64Array },
  local: Int32Array,
  f: Float64Array,
  e: Float64Array,
  s: number,
): void {
  const m = part.states.length;
  for (let i = 0; i < m; i++) {
    const row = local[part.states[i]] * s;
    e[local[part.states[i]]] += part.exits[i];
    for (let j = 0; j < m; j++) f[row + local[part.states[j]]] += part.rates[i * m + j];
  }
}

/** Pivots that are applied to the rest of a front in one pass over it. */
const WIDTH = 4;

/** Eliminate the first `own` states of a front in place; columns become shares of the rate out. */
export function eliminate(
  f: Float64Array,
  e: Float64Array,
  own: number,
  s: number,
  states: Int32Array,
  after: number,
): Float64Array {
  const out = new Float64Array(own);
  for (let first = 0; first < own; first += WIDTH) {
    const end = Math.min(first + WIDTH, own);
    for (let k = first; k < end; k++) {
      const row = k * s;
      absorb(f, e, k, first, k, s, out);
      for (let p = first; p < k; p++)
        for (let j = k + 1, from = p * s; j < s; j++) f[row + j] += f[row + p] * f[from + j];
      let total = e[k];
      for (let j = k + 1; j < s; j++) total += f[row + j];
      out[k] = total;
      // The last state of a chain without exits has no way on, and needs none.
      if (!(total > 0 && total < Infinity) && !(total === 0 && k === after))
        throw new RangeError(
          `every state must have a way on to be eliminated, got a rate of ${total} out of state ${states[k]}`,
        );
    }
    for (let i = end; i < s; i++) {
      const row = i * s;
      absorb(f, e, i, first, end, s, out);
      if (end - first === WIDTH) {
        const [s0, s1, s2, s3] = [
          f[row + first],
          f[row + first + 1],
          f[row + first + 2],
          f[row + first + 3],
        ];
        if (s0 === 0 && s1 === 0 && s2 === 0 && s3 === 0) continue;
        const r0 = first * s;
        const r1 = r0 + s;
        const r2 = r1 + s;
        const r3 = r2 + s;
        for (let j = end; j < s; j++)
          f[row + j] += s0 * f[r0 + j] + s1 * f[r1 + j] + (s2 * f[r2 + j] + s3 * f[r3 + j]);
      } else
        for (let p = first; p < end; p++)
          for (let j = end, from = p * s; j < s; j++) f[row + j] += f[row + p] * f[from + j];
    }
  }
  return out;
}

/**
 * Turn row i's rates into the pivots first … end − 1 into shares, one after the other since each hands
 * on to the next, and collect the pivots' exits.
 */
function absorb(
  f: Float64Array,
  e: Float64Array,
  i: number,
  first: number,
  end: number,
  s: number,
  out: Float64Array,
): void {
  const row = i * s;
  for (let p = first; p < end; p++) {
    if (f[row + p] === 0) continue;
    const share = f[row + p] / out[p];
    f[row + p] = share;
    e[i] += share * e[p];
    for (let q = p + 1; q < end; q++) f[row + q] += share * f[p * s + q];
  }
}

/** What later sweeps need of an eliminated front. */
export function split(
  f: Float64Array,
  own: number,
  s: number,
  states: Int32Array,
  out: Float64Array,
): Front {
  const lower = new Float64Array(s * own);
  for (let i = 0; i < s; i++)
    for (let k = 0; k < Math.min(i, own); k++) lower[i * own + k] = f[i * s + k];
  return { states, own, upper: f.slice(0, own * s), lower, out };
}
