import { expect, suite, test } from "vitest";
import { stream, fillUniform } from "../random/index.ts";
import { solve } from "./index.ts";
import { nestedDissection } from "./nested-dissection.ts";
import { emptyTriplets, sparseRows, sparseTranspose, type SparseRows } from "./sparse.ts";
import {
  absorptionResidual,
  absorptionReward,
  reduceStates,
  stationaryLaw,
  type MarkovChain,
} from "./state-reduction.ts";

function dense({ rows, columns, offsets, indices, values }: SparseRows): Float64Array {
  const a = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let e = offsets[i]; e < offsets[i + 1]; e++) a[i * columns + indices[e]] = values[e];
  return a;
}

/** Random rates to the eight neighbours on a grid. */
function gridChain(nx: number, ny: number, exit: number, seed: string): MarkovChain {
  const entries = emptyTriplets();
  const draws = new Float64Array(8 * nx * ny);
  fillUniform(stream("5", seed), 0, draws);
  let draw = 0;
  for (let y = 0; y < ny; y++)
    for (let x = 0; x < nx; x++)
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
        [1, 1],
        [-1, 1],
        [1, -1],
        [-1, -1],
      ]) {
        const value = 0.1 + draws[draw++];
        if (x + dx < 0 || x + dx >= nx || y + dy < 0 || y + dy >= ny) continue;
        entries.row.push(x + nx * y);
        entries.column.push(x + dx + nx * (y + dy));
        entries.value.push(value);
      }
  const exits = new Float64Array(nx * ny);
  exits[3] = exit;
  return { rates: sparseRows(nx * ny, nx * ny, entries), exits };
}

function generator({ rates, exits }: MarkovChain): Float64Array {
  const n = rates.rows;
  const q = dense(rates);
  for (let i = 0; i < n; i++) {
    q[i * n + i] = -exits[i];
    for (let j = 0; j < n; j++) if (j !== i) q[i * n + i] -= q[i * n + j];
  }
  return q;
}

suite("sparseRows", () => {
  test("sums entries at one place, sorts, and transposes", () => {
    const a = sparseRows(2, 3, { row: [1, 0, 1, 1], column: [2, 1, 0, 2], value: [1, 2, 3, 4] });
    expect([...dense(a)]).toEqual([0, 2, 0, 3, 0, 5]);
    expect([...a.indices]).toEqual([1, 0, 2]);
    expect([...dense(sparseTranspose(a))]).toEqual([0, 3, 2, 0, 0, 5]);
  });

  test("refuses entries outside and values that are not finite", () => {
    expect(() => sparseRows(2, 2, { row: [2], column: [0], value: [1] })).toThrow(
      "entries must lie inside 2 × 2, got (2, 0)",
    );
    expect(() => sparseRows(2, 2, { row: [1], column: [0], value: [Number.NaN] })).toThrow(
      "entries must be finite, got NaN at (1, 0)",
    );
  });
});

suite("reduceStates", () => {
  const [nx, ny] = [13, 11];
  const n = nx * ny;

  test("nested dissection holds every active cell once", () => {
    const cells = nestedDissection(50, 40, (cell) => cell % 7 !== 0).flatMap((block) => [...block]);
    expect(cells.sort((a, b) => a - b)).toEqual(
      Array.from({ length: 2000 }, (_, i) => i).filter((i) => i % 7 !== 0),
    );
  });

  test("mean times are those of dense LU, and of any order of elimination", () => {
    const chain = gridChain(nx, ny, 0.7, "times");
    const ones = new Float64Array(n).fill(1);
    const u = absorptionReward(
      reduceStates(
        chain,
        nestedDissection(nx, ny, () => true),
      ),
      ones,
    );
    const lu = solve(
      generator(chain).map((value) => -value),
      ones,
      n,
    );
    const each = Array.from({ length: n }, (_, i) => Int32Array.of((i * 7) % n));
    const other = absorptionReward(reduceStates(chain, each), ones);
    for (let i = 0; i < n; i++) {
      expect(Math.abs(u[i] / lu[i] - 1)).toBeLessThan(1e-11);
      expect(Math.abs(u[i] / other[i] - 1)).toBeLessThan(1e-13);
    }
    expect(absorptionResidual(chain, u, ones)).toBeLessThan(1e-15);
  });

  test("the stationary law has no current: pQ = 0", () => {
    const chain = gridChain(nx, ny, 0, "law");
    const p = stationaryLaw(
      reduceStates(
        chain,
        nestedDissection(nx, ny, () => true),
      ),
    );
    const q = generator(chain);
    for (let j = 0; j < n; j++) {
      let flow = 0;
      for (let i = 0; i < n; i++) flow += p[i] * q[i * n + j];
      expect(Math.abs(flow)).toBeLessThan(1e-15);
    }
    expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 14);
  });

  test("keeps its digits at a condition number of 10¹⁸⁰", () => {
    // Birth and death 0 … 60 with up 10⁻³, down 1, out at the top: exact in rationals.
    const size = 61;
    const entries = emptyTriplets();
    const add = (i: number, j: number, rate: number) => {
      entries.row.push(i);
      entries.column.push(j);
      entries.value.push(rate);
    };
    for (let i = 0; i + 1 < size; i++) {
      add(i, i + 1, 1e-3);
      add(i + 1, i, 1);
    }
    const exits = new Float64Array(size);
    exits[size - 1] = 1e-3;
    const rates = sparseRows(size, size, entries);
    const blocks = nestedDissection(size, 1, () => true);
    const chain = { rates, exits };
    const u = absorptionReward(reduceStates(chain, blocks), new Float64Array(size).fill(1));
    // u₀ = Σ over rungs of Σ_{i≤k} 10^{3(k−i)}·10³
    let exact = 0;
    for (let k = 0; k < size; k++) for (let i = 0; i <= k; i++) exact += 10 ** (3 * (k - i) + 3);
    expect(Math.abs(u[0] / exact - 1)).toBeLessThan(1e-13);
    const p = stationaryLaw(reduceStates({ rates, exits: new Float64Array(size) }, blocks));
    for (let i = 0; i + 1 < size; i++) expect(p[i + 1] / p[i]).toBeCloseTo(1e-3, 15);
  });

  test("states in no block are no part of the chain, and what has no way on is refused", () => {
    const chain = gridChain(4, 4, 0, "ways");
    const blocks = [Int32Array.from({ length: 16 }, (_, i) => i)];
    expect(() => absorptionReward(reduceStates(chain, blocks), new Float64Array(16))).toThrow(
      "chain must have an exit for its absorption, got none that is reached",
    );
    const open = gridChain(4, 4, 1, "ways");
    expect(() => stationaryLaw(reduceStates(open, blocks))).toThrow(
      "chain must have no exit for a stationary law, got one",
    );
    const lone = { rates: sparseRows(2, 2, emptyTriplets()), exits: Float64Array.of(0, 1) };
    expect(() => reduceStates(lone, [Int32Array.of(0, 1)])).toThrow(
      "every state must have a way on to be eliminated, got a rate of 0 out of state 0",
    );
    const negative = sparseRows(2, 2, { row: [0], column: [1], value: [-1] });
    expect(() => reduceStates({ rates: negative, exits: new Float64Array(2) }, [])).toThrow(
      "rates must not be negative, got -1 from 0 to 1",
    );
    expect(() => reduceStates({ rates: negative, exits: new Float64Array(3) }, [])).toThrow(
      "rates must be square with an exit for each state, got 2 × 2 and 3",
    );
  });
});
