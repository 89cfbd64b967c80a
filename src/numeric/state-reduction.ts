// Direct solution of the equations of a Markov chain in continuous time: mean times to absorption
// and the stationary law. States are eliminated one by one, each handing its rates on to its
// neighbours (Grassmann, Taksar and Heyman, 1985). It is Gaussian elimination of an M-matrix, but
// with the pivot taken as the sum of the rates that leave, so that nothing is ever subtracted: every
// entry of the answer has nearly full relative accuracy however ill-conditioned the matrix is, and
// for an escape over a barrier ΔV its condition number is e^{ΔV/D}. Blocks of states are eliminated
// in dense fronts over their remaining neighbours (multifrontal; Duff and Reid, 1983).
import { sparseTranspose, type SparseRows } from "./sparse.ts";
import { addPart, eliminate, type Front, frontOf, split } from "./state-front.ts";

/** Rates i → j ≥ 0 off the diagonal (what is on it is not read), and the rate out of the chain. */
export interface MarkovChain {
  readonly rates: SparseRows;
  readonly exits: Float64Array; // [rows]
}

/** A chain with its states eliminated. */
export interface ReducedChain {
  readonly chain: MarkovChain;
  readonly fronts: readonly Front[];
  /** Float64 values held. */
  readonly size: number;
}

/**
 * Eliminate the states of a chain block by block in the order given; states in no block are not
 * part of the chain, and no rate may lead to them.
 *
 * Cost and memory are those of Gaussian elimination in that order.
 *
 * @throws RangeError where a rate is negative, or a state has no way to any later state or out.
 */
export function reduceStates(chain: MarkovChain, blocks: readonly Int32Array[]): ReducedChain {
  const { rates, exits } = chain;
  const n = rates.rows;
  requireRates(chain);
  const place = new Int32Array(n).fill(-1); // in the order of elimination
  const blockOf = new Int32Array(n).fill(-1);
  let count = 0;
  blocks.forEach((block, b) => {
    for (const state of block) {
      place[state] = count++;
      blockOf[state] = b;
    }
  });
  const incoming = sparseTranspose(rates);
  const fronts: Front[] = [];
  // What eliminated blocks hand on, by the block that receives it.
  const pending: { states: Int32Array; rates: Float64Array; exits: Float64Array }[][] = blocks.map(
    () => [],
  );
  const local = new Int32Array(n).fill(-1);
  let size = 0;
  blocks.forEach((block, b) => {
    const states = frontOf(block, b, place, blockOf, [rates, incoming], pending[b]);
    const [own, s] = [block.length, states.length];
    states.forEach((state, i) => (local[state] = i));
    const f = new Float64Array(s * s);
    const e = new Float64Array(s);
    for (let k = 0; k < own; k++) {
      const state = states[k];
      e[k] = exits[state];
      for (let at = rates.offsets[state]; at < rates.offsets[state + 1]; at++) {
        const to = rates.indices[at];
        if (place[to] >= place[block[0]]) f[k * s + local[to]] += rates.values[at];
      }
      for (let at = incoming.offsets[state]; at < incoming.offsets[state + 1]; at++) {
        const from = incoming.indices[at];
        if (local[from] >= own) f[local[from] * s + k] += incoming.values[at];
      }
    }
    for (const part of pending[b]) addPart(part, local, f, e, s);
    pending[b] = [];
    const out = eliminate(f, e, own, s, states, count - 1 - place[block[0]]);
    for (const state of states) local[state] = -1;
    const front = split(f, own, s, states, out);
    size += front.upper.length + front.lower.length;
    fronts.push(front);
    if (s > own) {
      const rest = s - own;
      const handed = new Float64Array(rest * rest);
      for (let i = 0; i < rest; i++)
        handed.set(f.subarray((own + i) * s + own, (own + i + 1) * s), i * rest);
      pending[blockOf[states[own]]].push({
        states: states.slice(own),
        rates: handed,
        exits: e.slice(own),
      });
    }
  });
  return { chain, fronts, size };
}

/**
 * u with Σⱼ qᵢⱼ(uⱼ − uᵢ) − exitᵢ·uᵢ = −rewardᵢ: the reward collected before leaving. Reward 1 gives
 * mean times to absorption, twice those their second moments. Reward must not be negative; u is 0 in
 * states of no block.
 *
 * @throws RangeError where the chain has no exit.
 */
export function absorptionReward(
  { chain, fronts }: ReducedChain,
  reward: Float64Array,
): Float64Array {
  const last = fronts[fronts.length - 1];
  if (!(last.out[last.own - 1] > 0))
    throw new RangeError("chain must have an exit for its absorption, got none that is reached");
  const r = reward.slice();
  for (const { states, own, lower } of fronts)
    for (let i = 1; i < states.length; i++) {
      let sum = r[states[i]];
      for (let k = 0; k < Math.min(i, own); k++) sum += lower[i * own + k] * r[states[k]];
      r[states[i]] = sum;
    }
  const u = new Float64Array(chain.rates.rows);
  for (let b = fronts.length - 1; b >= 0; b--) {
    const { states, own, upper, out } = fronts[b];
    const s = states.length;
    for (let k = own - 1; k >= 0; k--) {
      let sum = r[states[k]];
      for (let j = k + 1; j < s; j++) sum += upper[k * s + j] * u[states[j]];
      u[states[k]] = sum / out[k];
    }
  }
  return u;
}

/**
 * The stationary law of a chain without exits, summing to 1.
 *
 * @throws RangeError where the chain has an exit.
 */
export function stationaryLaw({ chain, fronts }: ReducedChain): Float64Array {
  const last = fronts[fronts.length - 1];
  if (last.out[last.own - 1] > 0)
    throw new RangeError("chain must have no exit for a stationary law, got one");
  const p = new Float64Array(chain.rates.rows);
  p[last.states[last.own - 1]] = 1;
  for (let b = fronts.length - 1; b >= 0; b--) {
    const { states, own, lower } = fronts[b];
    let top = 0;
    for (let k = b === fronts.length - 1 ? own - 2 : own - 1; k >= 0; k--) {
      let sum = 0;
      for (let i = k + 1; i < states.length; i++) sum += p[states[i]] * lower[i * own + k];
      p[states[k]] = sum;
      top = Math.max(top, sum);
    }
    // Places of no weight may come first; what then underflows is of no weight beside the rest.
    if (top > 1e100) for (let i = 0; i < p.length; i++) p[i] /= top;
  }
  const total = p.reduce((sum, value) => sum + value, 0);
  return p.map((value) => value / total);
}

/** Greatest |Σⱼ qᵢⱼ(uⱼ − uᵢ) − exitᵢuᵢ + rewardᵢ| over the sum of the moduli of its terms. */
export function absorptionResidual(
  { rates, exits }: MarkovChain,
  u: Float64Array,
  reward: Float64Array,
): number {
  let worst = 0;
  for (let i = 0; i < rates.rows; i++) {
    let sum = reward[i] - exits[i] * u[i];
    let size = Math.abs(reward[i]) + exits[i] * Math.abs(u[i]);
    for (let at = rates.offsets[i]; at < rates.offsets[i + 1]; at++) {
      sum += rates.values[at] * (u[rates.indices[at]] - u[i]);
      size += rates.values[at] * (Math.abs(u[rates.indices[at]]) + Math.abs(u[i]));
    }
    if (size > 0) worst = Math.max(worst, Math.abs(sum) / size);
  }
  return worst;
}

function requireRates({ rates, exits }: MarkovChain): void {
  if (exits.length !== rates.rows || rates.columns !== rates.rows)
    throw new RangeError(
      `rates must be square with an exit for each state, got ${rates.rows} × ${rates.columns} and ${exits.length}`,
    );
  for (let i = 0; i < rates.rows; i++) {
    if (!(exits[i] >= 0))
      throw new RangeError(`rates must not be negative, got ${exits[i]} out of state ${i}`);
    for (let at = rates.offsets[i]; at < rates.offsets[i + 1]; at++)
      if (!(rates.values[at] >= 0) && rates.indices[at] !== i)
        throw new RangeError(
          `rates must not be negative, got ${rates.values[at]} from ${i} to ${rates.indices[at]}`,
        );
  }
}
