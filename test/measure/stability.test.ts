import { afterAll, expect, suite, test } from "vitest";
import { matmul, square, sub, sum, swapLast } from "../../src/graph/index.ts";
import type { OptimiserSpec } from "../../src/learn/index.ts";
import {
  batchHessian,
  contractionLimit,
  denseOperator,
  everyBatch,
  exactHessianSquares,
  type HessianSquares,
  hessianOperator,
  lanczos,
  meanSquareLimit,
  networkProblem,
  oneStepLimit,
  type Problem,
  projectedHessians,
  sampledHessianSquares,
  shiftedOperator,
  stabilityLines,
  subspaceLimit,
  sumOperator,
} from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { normalAt, stream, integerAt } from "../../src/random/index.ts";
import { golden, goldenProblem } from "./golden-problem.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());
const seed = "31";
const draws = stream(seed, "stability");
const A = golden.ms_stability.A; // [6, 2]
const rows = Array.from({ length: 6 }, (_, i) => A.slice(2 * i, 2 * i + 2));

/** Hᵢ = 2aᵢaᵢᵀ of least squares without ½. */
const outer = (a: readonly number[]) =>
  Float64Array.from(
    { length: a.length ** 2 },
    (_, k) => 2 * a[Math.floor(k / a.length)] * a[k % a.length],
  );

/** Σ aᵢᵀθ² as a problem whose minimum, 0, all samples share. */
function leastSquares(samples: readonly (readonly number[])[], weights?: Float64Array): Problem {
  const d = samples[0].length;
  return networkProblem(
    {
      outputs: ([w], x) => matmul(x, swapLast(w)),
      loss: (o, y) => sum(square(sub(o, y)), 1),
    },
    {
      parameters: [{ name: "w", shape: [1, d] }],
      dtype: "float64",
      data: {
        name: "least squares",
        inputs: Float64Array.from(samples.flat()),
        inputShape: [d],
        targets: new Float64Array(samples.length),
        targetShape: [1],
        count: samples.length,
        ...(weights && { weights }),
      },
    },
  );
}

/** Every batch's Hessian, with replacement all Nᴮ of them. */
function batchHessians(
  hessians: readonly Float64Array[],
  B: number,
  replacement = false,
): Float64Array[] {
  const N = hessians.length;
  const all = replacement
    ? Array.from({ length: N ** B }, (_, k) =>
        Array.from({ length: B }, (_, j) => Math.floor(k / N ** j) % N),
      )
    : (() => {
        const every = everyBatch(N, B);
        return Array.from({ length: every.count }, (_, k) => Array.from(every.rows(k)));
      })();
  return all.map((batch) =>
    hessians[0].map((_, k) => batch.reduce((s, i) => s + hessians[i][k], 0) / B),
  );
}

const product = (a: Float64Array, b: Float64Array, d: number) =>
  Float64Array.from({ length: d * d }, (_, k) => {
    let s = 0;
    for (let j = 0; j < d; j++) s += a[Math.floor(k / d) * d + j] * b[j * d + (k % d)];
    return s;
  });

/** Spectral radius of S ↦ E[(I − ηH_B)S(I − ηH_B)], by iteration from the identity. */
function radius(batches: readonly Float64Array[], d: number, eta: number): number {
  const n = d * d;
  const map = new Float64Array(n * n); // mean of (I − ηH_B) ⊗ (I − ηH_B)
  for (const H of batches) {
    const M = H.map((h, k) => (k % (d + 1) === 0 ? 1 : 0) - eta * h);
    for (let r = 0; r < n; r++)
      for (let c = 0; c < n; c++)
        map[r * n + c] +=
          (M[Math.floor(r / d) * d + Math.floor(c / d)] * M[(r % d) * d + (c % d)]) /
          batches.length;
  }
  let S = Float64Array.from({ length: n }, (_, k) => (k % (d + 1) === 0 ? 1 : 0));
  let size = 1;
  for (let k = 0; k < 2000; k++) {
    const next = S.map((_, r) => S.reduce((total, x, c) => total + map[r * n + c] * x, 0));
    size = Math.sqrt(next.reduce((total, x) => total + x * x, 0));
    S = next.map((x) => x / size);
  }
  return size;
}

/** Largest η at which `value` is at most 1. */
function bisect(value: (eta: number) => number, high: number): number {
  let [low, top] = [0, high];
  for (let k = 0; k < 40; k++) {
    const middle = (low + top) / 2;
    if (value(middle) <= 1 + 1e-12) low = middle;
    else top = middle;
  }
  return low;
}

suite("mean-square limit", () => {
  const hessians = rows.map(outer);

  test("is PyTorch's by enumeration, .48618 where full batches have .72779", async () => {
    const limit = await meanSquareLimit(hessians, 2, { batchSize: 2 });
    expect(limit.kind).toBe("limit");
    if (limit.kind !== "limit") return;
    expect(limit.value / golden.ms_stability.eta_star).toBeCloseTo(1, 9);
    expect(limit.fullBatch / golden.ms_stability.two_over_lmax).toBeCloseTo(1, 12);
  });

  test.each([
    { B: 1, replacement: false },
    { B: 3, replacement: false },
    { B: 5, replacement: false },
    { B: 6, replacement: false },
    { B: 1, replacement: true },
    { B: 3, replacement: true },
  ])(
    "of batches of $B, replacement $replacement, is where the spectral radius passes 1",
    async ({ B, replacement }) => {
      const limit = await meanSquareLimit(hessians, 2, { batchSize: B, replacement });
      if (limit.kind !== "limit") throw new Error(limit.kind);
      const batches = batchHessians(hessians, B, replacement);
      expect(limit.value / bisect((eta) => radius(batches, 2, eta), 2)).toBeCloseTo(1, 6);
      if (B === 6) expect(limit.value / limit.fullBatch).toBeCloseTo(1, 9);
      else expect(limit.value).toBeLessThan(limit.fullBatch);
    },
  );

  test("in five dimensions that three samples leave flat in two", async () => {
    const three = [0, 1, 2].map((i) =>
      Array.from({ length: 5 }, (_, k) => normalAt(draws, 5 * i + k)),
    );
    const own = three.map(outer);
    const limit = await meanSquareLimit(own, 5, { batchSize: 2 });
    if (limit.kind !== "limit") throw new Error(limit.kind);
    // Flat directions have radius 1 exactly: look within the span of the samples.
    const basis = await lanczos(
      denseOperator(
        own.reduce((s, H) => s.map((x, k) => x + H[k])),
        5,
      ),
      draws,
      { count: 3, tolerance: 1e-9 },
    );
    const inside = own.map((H) =>
      Float64Array.from({ length: 9 }, (_, k) => {
        const [u, v] = [Math.floor(k / 3), k % 3].map((a) => basis.pairs[a].vector);
        let s = 0;
        for (let i = 0; i < 5; i++) for (let j = 0; j < 5; j++) s += u[i] * H[5 * i + j] * v[j];
        return s;
      }),
    );
    const batches = batchHessians(inside, 2);
    expect(limit.value / bisect((eta) => radius(batches, 3, eta), 2)).toBeCloseTo(1, 6);
  });

  test("SGD itself diverges above it and decays below it, where gradient descent decays at both", () => {
    const { eta_star } = golden.ms_stability;
    const run = (eta: number) => {
      let squares = 0;
      const runs = 4000;
      for (let r = 0; r < runs; r++) {
        let w = [1, 1];
        for (let k = 0; k < 30; k++) {
          const i = integerAt(draws, 2 * (30 * r + k), 6);
          const j = (i + 1 + integerAt(draws, 2 * (30 * r + k) + 1, 5)) % 6;
          const g = [0, 0];
          for (const row of [rows[i], rows[j]]) {
            const f = row[0] * w[0] + row[1] * w[1];
            g[0] += f * row[0];
            g[1] += f * row[1];
          }
          w = w.map((x, c) => x - eta * g[c]);
        }
        squares += (w[0] ** 2 + w[1] ** 2) / runs;
      }
      return squares;
    };
    expect(run(0.8 * eta_star)).toBeLessThan(0.5);
    expect(run(1.3 * eta_star)).toBeGreaterThan(4);
    expect(1.3 * eta_star).toBeLessThan(golden.ms_stability.two_over_lmax);
  });

  test("says where there is none", async () => {
    const saddle = [Float64Array.of(1, 0, 0, -1)];
    expect(await meanSquareLimit(saddle, 2, { batchSize: 1 })).toEqual({
      kind: "never-stable",
      reason: "the Hessian has the negative eigenvalue -1: this is no minimum",
    });
    const restless = [Float64Array.of(1, 0, 0, 2), Float64Array.of(1, 0, 0, -2)];
    const found = await meanSquareLimit(restless, 2, { batchSize: 1 });
    expect(found).toMatchObject({ kind: "never-stable" });
    expect(await meanSquareLimit([new Float64Array(4)], 2, { batchSize: 1 })).toEqual({
      kind: "always-stable",
      reason: "the Hessian is 0",
    });
    await expect(meanSquareLimit(hessians, 2, { batchSize: 7 })).rejects.toThrow(
      "batch size must be an integer from 1 to the 6 samples, got 7",
    );
  });
});

suite("matrix-free bounds on a problem", () => {
  const problem = leastSquares(rows);
  const theta = Float64Array.of(0.3, -0.2);
  const exact = golden.ms_stability.eta_star;
  const contraction = (B: number) => {
    const batches = batchHessians(rows.map(outer), B);
    return bisect((eta) => {
      const mean = new Float64Array(4);
      for (const H of batches) {
        const M = H.map((h, k) => (k % 3 === 0 ? 1 : 0) - eta * h);
        product(M, M, 2).forEach((x, k) => (mean[k] += x / batches.length));
      }
      const [a, b, , c] = mean;
      return (a + c) / 2 + Math.hypot((a - c) / 2, b);
    }, 2);
  };

  test.each([1, 2, 4, 6])(
    "the sufficient rate of batches of %s is that of enumeration, to 0.1 %",
    async (batchSize) => {
      await using hessian = await hessianOperator(runtime, problem, theta);
      await using squares = await exactHessianSquares(runtime, problem, theta, { batchSize });
      const found = await contractionLimit(hessian, squares, draws);
      if (found.kind !== "sufficient") throw new Error(found.reason);
      expect(Math.abs(found.limit.value / contraction(batchSize) - 1)).toBeLessThan(1e-3);
      expect(found.limit).not.toHaveProperty("stderr");
      if (batchSize === 2) expect(found.limit.value).toBeLessThan(exact);
      if (batchSize === 6)
        expect(found.limit.value / golden.ms_stability.two_over_lmax).toBeCloseTo(1, 3);
    },
  );

  test("from batches it is the same when they are all batches, and has an error bar", async () => {
    await using hessian = await hessianOperator(runtime, problem, theta);
    await using hessians = await batchHessian(runtime, problem, 2);
    const all = everyBatch(6, 2);
    await using squares: HessianSquares = await sampledHessianSquares(hessians, theta, all, 15);
    const found = await contractionLimit(hessian, squares, draws);
    if (found.kind !== "sufficient") throw new Error(found.reason);
    expect(Math.abs(found.limit.value / contraction(2) - 1)).toBeLessThan(1e-3);
    expect(found.limit).toMatchObject({ samples: 15, seed });
    await expect(sampledHessianSquares(hessians, theta, all, 1)).rejects.toThrow(
      "batches must be at least 2 to give an error bar, got 1",
    );
  });

  test("E[(I − ηH_B)²] of the network has PyTorch's largest eigenvalue, and no rate is sufficient there", async () => {
    const net = golden.enum_3_4_2_mse;
    const own = goldenProblem(net);
    const { eta, lmax } = net.second_moment_contraction;
    await using hessian = await hessianOperator(runtime, own.problem, own.theta);
    for (const chunk of [3, 1024]) {
      await using squares = await exactHessianSquares(runtime, own.problem, own.theta, {
        batchSize: net.b,
        chunk,
      });
      const matrix = sumOperator([
        { scale: -2 * eta, operator: hessian },
        { scale: eta ** 2, operator: squares.operator },
      ]);
      const { pairs } = await lanczos(shiftedOperator(matrix, 1), draws, { tolerance: 1e-6 });
      expect(pairs[0].value / lmax).toBeCloseTo(1, 9);
      const found = await contractionLimit(hessian, squares, draws);
      expect(found).toMatchObject({ kind: "none" });
      expect(found.kind === "none" && found.reason).toMatch(
        /^no rate is sufficient: the Hessian has the negative eigenvalue -/,
      );
    }
  });

  test("the subspace of all eigenvectors gives η*, that of one an upper bound in closed form", async () => {
    await using hessian = await hessianOperator(runtime, problem, theta);
    const { pairs } = await lanczos(hessian, draws, { count: 2, tolerance: 1e-9 });
    const basis = pairs.map(({ vector }) => vector);
    const whole = await subspaceLimit(runtime, problem, theta, basis, { batchSize: 2 });
    if (whole.kind !== "limit") throw new Error(whole.reason);
    expect(whole.value / exact).toBeCloseTo(1, 7);
    const one = await subspaceLimit(runtime, problem, theta, basis.slice(0, 1), { batchSize: 2 });
    if (one.kind !== "limit") throw new Error(one.reason);
    const p = 4 / (2 * 5);
    const along = rows.map((a) => 2 * (a[0] * basis[0][0] + a[1] * basis[0][1]) ** 2);
    const second = along.reduce((s, h) => s + h * h, 0) / 6;
    const lambda = pairs[0].value;
    expect(one.value / ((2 * lambda) / ((1 - p) * lambda ** 2 + p * second))).toBeCloseTo(1, 8);
    expect(one.value).toBeGreaterThan(exact);
    expect(one.note).toMatch(/^estimate from the subspace of 1 eigenvectors/);
  });

  test("weights of 0 and 2 are samples left out and doubled", async () => {
    const weights = Float64Array.of(0, 2, 1, 2, 1, 0);
    const weighted = leastSquares(rows, weights);
    const basis = [Float64Array.of(1, 0), Float64Array.of(0, 1)];
    const own = await projectedHessians(runtime, weighted, theta, basis);
    for (const [i, H] of own.entries())
      outer(rows[i]).forEach((h, k) => expect(H[k]).toBeCloseTo(weights[i] * h, 9));
    await using squares = await exactHessianSquares(runtime, weighted, theta, {
      batchSize: 1,
      chunk: 4,
    });
    const v = Float64Array.of(0.6, -0.8);
    const out = new Float64Array(2);
    await squares.operator.apply(v, out);
    const expected = [0, 0];
    for (const H of own) {
      const once = [H[0] * v[0] + H[1] * v[1], H[2] * v[0] + H[3] * v[1]];
      expected[0] += (H[0] * once[0] + H[1] * once[1]) / 6;
      expected[1] += (H[2] * once[0] + H[3] * once[1]) / 6;
    }
    expect(out[0]).toBeCloseTo(expected[0], 9);
    expect(out[1]).toBeCloseTo(expected[1], 9);
  });
});

suite("stability lines", () => {
  const eta = 0.07;
  /** Largest |θ| in the last quarter of 4000 steps of PyTorch's recursion on hθ²/2. */
  function grows(spec: OptimiserSpec, h: number): boolean {
    const { weightDecay: wd = 0 } = spec;
    let [theta, m] = [1, 0];
    let largest = 0;
    for (let k = 0; k < 4000 && largest < 1e6; k++) {
      const g = h * theta + (spec.kind === "adamw" ? 0 : wd * theta);
      if (spec.kind === "sgd" || spec.kind === "rmsprop") theta -= eta * g;
      else if (spec.kind === "momentum" || spec.kind === "nesterov") {
        m = spec.momentum * m + g;
        theta -= eta * (spec.kind === "momentum" ? m : g + spec.momentum * m);
      } else {
        const beta = spec.beta1 ?? 0.9;
        m = beta * m + (1 - beta) * g;
        theta = (spec.kind === "adamw" ? 1 - eta * wd : 1) * theta - eta * m;
      }
      if (k >= 3000 || Math.abs(theta) > 1e6) largest = Math.max(largest, Math.abs(theta));
    }
    return largest > 1;
  }

  const specs: OptimiserSpec[] = [0, 3].flatMap((weightDecay): OptimiserSpec[] => [
    { kind: "sgd", weightDecay },
    { kind: "momentum", momentum: 0.9, weightDecay },
    { kind: "nesterov", momentum: 0.5, weightDecay },
    { kind: "rmsprop", weightDecay },
    { kind: "adam", weightDecay },
    { kind: "adamw", beta1: 0.8, weightDecay },
  ]);
  test.each(specs)(
    "$kind with decay $weightDecay turns at its line, and its limit is the inverse",
    (spec) => {
      const line = stabilityLines(spec).find(
        ({ quantity }) => quantity === "hessian.top" || quantity === "preconditioned.top",
      )!;
      // With decay through the gradient an adaptive optimiser's line is for P⁻¹(H + λI), here at P = 1.
      const part = line.meaning.includes("decay included") ? (spec.weightDecay ?? 0) : 0;
      const edge = line.threshold(eta);
      expect(grows(spec, 0.995 * edge - part)).toBe(false);
      expect(grows(spec, 1.005 * edge - part)).toBe(true);
      expect(line.limit!({ value: edge, method: "given" }).value / eta).toBeCloseTo(1, 12);
    },
  );

  test("names what each is to be held against", () => {
    expect(
      stabilityLines({ kind: "momentum", momentum: 0.9, weightDecay: 1 }).map(
        ({ quantity, formula, kind }) => [quantity, formula, kind],
      ),
    ).toEqual([
      ["hessian.top", "2(1 + β)/η − λ", "exact"],
      ["batch-sharpness", "2(1 − β)/η − λ", "estimate"],
      ["optimizer-sharpness", "2", "exact"],
    ]);
    expect(stabilityLines({ kind: "adam" })[0].threshold(1)).toBeCloseTo(38, 12);
    expect(stabilityLines({ kind: "adamw", weightDecay: 1 })[0].formula).toBe(
      "((1 + β₁)/(1 − β₁))·(2/η − λ)",
    );
    expect(() => stabilityLines({ kind: "sgd", weightDecay: -1 })).toThrow(
      "weight decay must not be negative, got -1",
    );
  });

  test("a limit keeps the interval of its curvature, and is infinite where nothing curves", () => {
    const sharp = {
      value: 40,
      stderr: 2,
      low: 36,
      high: 44,
      level: 0.95,
      samples: 50,
      method: "m",
      seed,
    };
    const limit = oneStepLimit(sharp);
    expect(limit).toMatchObject({ value: 0.05, low: 2 / 44, high: 2 / 36, samples: 50, seed });
    expect("stderr" in limit && limit.stderr).toBeCloseTo(0.0025, 12);
    expect(oneStepLimit({ value: -1, method: "m" }).value).toBe(Infinity);
  });
});
