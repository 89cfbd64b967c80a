import { afterAll, expect, suite, test } from "vitest";
import {
  clip,
  conv,
  matmul,
  mean,
  square,
  sub,
  sum,
  swapLast,
  add,
} from "../../src/graph/index.ts";
import {
  checkpointAxis,
  filterNormalisedDirection,
  gradientMeter,
  hessianOperator,
  lanczos,
  lossSlice,
  networkProblem,
  perturbationFlatness,
  places,
  type Problem,
  vectorAxis,
} from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { fillNormal, stream, substream } from "../../src/random/index.ts";
import { golden, goldenProblem } from "./golden-problem.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());
const seed = "61";
const draws = stream(seed, "landscape");
const net = golden.enum_3_4_2_mse;
const { problem, theta } = goldenProblem(net);

/** Convolution [3, 1, 2, 2], ReLU, mean over places, linear [2, 3] and [2]: two layers that may share their scale. */
const small: Problem = networkProblem(
  {
    outputs: ([w, v, b], x) => add(matmul(mean(clip(conv(x, w), 0), [2, 3]), swapLast(v)), b),
    loss: (o, y) => sum(square(sub(o, y)), 1),
  },
  {
    parameters: [
      { name: "conv", shape: [3, 1, 2, 2] },
      { name: "linear", shape: [2, 3] },
      { name: "bias", shape: [2] },
    ],
    dtype: "float64",
    data: {
      name: "images",
      inputs: normals("x", 5 * 9),
      inputShape: [1, 3, 3],
      targets: normals("y", 5 * 2),
      targetShape: [2],
      count: 5,
    },
  },
);
const weights = normals("w", 20);

function normals(name: string, count: number): Float64Array {
  const out = new Float64Array(count);
  fillNormal(stream(seed, name), 0, out);
  return out;
}

/** The loss of `small` in plain loops. */
function lossOf(p: Float64Array): number {
  const { inputs, targets } = small.data;
  let total = 0;
  for (let n = 0; n < 5; n++) {
    const hidden = [0, 1, 2].map((c) => {
      let s = 0;
      for (let r = 0; r < 2; r++)
        for (let q = 0; q < 2; q++) {
          let z = 0;
          for (let i = 0; i < 2; i++)
            for (let j = 0; j < 2; j++)
              z += inputs[n * 9 + (r + i) * 3 + q + j] * p[c * 4 + i * 2 + j];
          s += Math.max(0, z) / 4;
        }
      return s;
    });
    for (let o = 0; o < 2; o++) {
      const f = hidden.reduce((s, h, c) => s + h * p[12 + o * 3 + c], p[18 + o]);
      total += (f - targets[n * 2 + o]) ** 2 / 5;
    }
  }
  return total;
}

const norm = (a: Float64Array | Float32Array) => Math.hypot(...a);

suite("filter-normalised directions", () => {
  const direction = filterNormalisedDirection(small, weights, draws) as Float64Array;

  test("have the norm of the weights in every filter, and leave vectors alone", () => {
    for (const [from, to] of [
      [0, 4],
      [4, 8],
      [8, 12],
      [12, 15],
      [15, 18],
    ])
      expect(norm(direction.subarray(from, to)) / norm(weights.subarray(from, to))).toBeCloseTo(
        1,
        12,
      );
    expect([...direction.subarray(18)]).toEqual([0, 0]);
    const all = filterNormalisedDirection(small, weights, draws, {
      zeroVectors: false,
    }) as Float64Array;
    expect(norm(all.subarray(18)) / norm(weights.subarray(18))).toBeCloseTo(1, 12);
    const columns = filterNormalisedDirection(small, weights, draws, {
      filterAxis: ({ name }) => (name === "linear" ? 1 : 0),
    });
    for (let c = 0; c < 3; c++) {
      const pick = (a: Float64Array) => Math.hypot(a[12 + c], a[15 + c]);
      expect(pick(columns as Float64Array) / pick(weights)).toBeCloseTo(1, 12);
    }
    expect(() => filterNormalisedDirection(small, weights, draws, { filterAxis: () => 4 })).toThrow(
      "filter axis of conv must be in [0, 4), got 4",
    );
  });

  test("a filter of zeros stays where it is", () => {
    const dead = weights.slice().fill(0, 0, 4);
    const own = filterNormalisedDirection(small, dead, draws) as Float64Array;
    expect(norm(own.subarray(0, 4))).toBe(0);
  });

  test("give the same slice when consecutive ReLU layers share their scale otherwise", async () => {
    const scaled = weights.slice();
    for (let i = 0; i < 12; i++) scaled[i] *= 10;
    for (let i = 12; i < 18; i++) scaled[i] /= 10;
    const at = places(-1, 1, 5);
    const slices: Awaited<ReturnType<typeof lossSlice>>[] = [];
    for (const p of [weights, scaled]) {
      const d = filterNormalisedDirection(small, p, draws);
      slices.push(await lossSlice(runtime, small, p, [{ name: "d", direction: d, at }]));
    }
    slices[0].loss.forEach((x, i) => expect(slices[1].loss[i] / x).toBeCloseTo(1, 9));
  });
});

suite("loss slices", () => {
  const at = places(-1, 1, 5);
  const axes = [0, 1].map((k) => ({
    name: `random ${k + 1}`,
    direction: filterNormalisedDirection(small, weights, substream(draws, k)),
    at,
  }));

  test.each([2, 1024])(
    "a grid of 5 × 5 of a small convolution is that of plain loops, chunk %s",
    async (chunk) => {
      const slice = await lossSlice(runtime, small, weights, axes, { chunk });
      expect(slice).toMatchObject({ computed: 25, complete: true });
      expect(slice.axes.map(({ name }) => name)).toEqual(["random 1", "random 2"]);
      expect(slice.axes[1].scale).toBeCloseTo(norm(axes[1].direction), 12);
      for (let i = 0; i < 5; i++)
        for (let j = 0; j < 5; j++) {
          const p = weights.map(
            (w, k) => w + at[i] * axes[0].direction[k] + at[j] * axes[1].direction[k],
          );
          expect(slice.loss[i * 5 + j] / lossOf(p)).toBeCloseTo(1, 10);
        }
    },
  );

  test("resuming a half-filled grid fills only the missing cells, to the same values", async () => {
    const whole = await lossSlice(runtime, small, weights, axes);
    const stop = new AbortController();
    const half = await lossSlice(runtime, small, weights, axes, {
      signal: stop.signal,
      onCell: (computed) => computed === 11 && stop.abort(),
    });
    expect(half).toMatchObject({ computed: 11, complete: false });
    expect(half.loss.filter(Number.isNaN)).toHaveLength(14);
    const known = half.loss.slice();
    known[3] = 777; // what is there is not computed again
    const seen: number[] = [];
    const rest = await lossSlice(runtime, small, weights, axes, {
      known,
      onCell: (computed, wanted) => seen.push(computed / wanted),
    });
    expect(rest).toMatchObject({ computed: 14, complete: true });
    expect(seen.at(-1)).toBe(1);
    rest.loss.forEach((x, cell) => expect(x).toBe(cell === 3 ? 777 : whole.loss[cell]));
  });

  test("along a top eigenvector its second difference is the eigenvalue", async () => {
    await using hessian = await hessianOperator(runtime, problem, theta);
    const { pairs } = await lanczos(hessian, draws, { tolerance: 1e-8 });
    const h = 1e-3;
    const axis = vectorAxis("u1", pairs[0].vector, [-h, 0, h]);
    const {
      loss,
      axes: [said],
    } = await lossSlice(runtime, problem, theta, [axis]);
    expect((loss[0] - 2 * loss[1] + loss[2]) / h ** 2 / pairs[0].value).toBeCloseTo(1, 5);
    expect(said.scale).toBeCloseTo(1, 12);
  });

  test("between two checkpoints it begins at one and ends at the other", async () => {
    const other = theta.map((x, i) => x + Math.sin(i)) as Float64Array;
    const slice = await lossSlice(runtime, problem, theta, [
      checkpointAxis(theta, other, places(-0.5, 1.5, 5)),
    ]);
    await using meter = await gradientMeter(runtime, problem);
    expect(slice.loss[1]).toBeCloseTo(net.value, 12);
    expect(slice.loss[3]).toBeCloseTo((await meter.measure(other)).loss, 12);
  });

  test("where the loss overflows a cell says so, and is not computed again", async () => {
    const axis = { name: "far", direction: theta.map(() => 1e200) as Float64Array, at: [0, 1] };
    const slice = await lossSlice(runtime, problem, theta, [axis]);
    expect(slice.loss[1]).toBe(Infinity);
    const again = await lossSlice(runtime, problem, theta, [axis], { known: slice.loss });
    expect(again).toMatchObject({ computed: 0, complete: true });
  });

  test("places hold 0, and what does not fit is refused", async () => {
    expect(places(-1, 1, 21)[10]).toBe(0);
    expect(() => places(1, 1, 3)).toThrow("an axis must rise, got 1 to 1");
    expect(() => places(0, 1, 1)).toThrow("an axis must have at least 2 places, got 1");
    expect(() => vectorAxis("u", new Float64Array(3), [0])).toThrow(
      "the direction of u must be finite and not zero, got norm 0",
    );
    expect(() => checkpointAxis(theta, theta, [0])).toThrow(
      "checkpoints of between checkpoints must differ",
    );
    await expect(lossSlice(runtime, small, weights, [])).rejects.toThrow(
      "a slice must have 1 or 2 axes, got 0",
    );
    await expect(lossSlice(runtime, small, weights, axes, { known: [1] })).rejects.toThrow(
      "a known slice must have 25 cells, got 1",
    );
    await expect(
      lossSlice(runtime, small, weights, [{ name: "short", direction: new Float64Array(3), at }]),
    ).rejects.toThrow(
      "direction of short must be a Float64Array of 20 numbers, got a Float64Array of 3",
    );
  });
});

suite("flatness under perturbation", () => {
  test("is σ²·Tr H/2 for small σ, within 4 standard errors, and its absolute rise no less", async () => {
    const sigma = 0.003;
    const flat = await perturbationFlatness(runtime, problem, theta, draws, {
      sigma,
      relativeStderr: 0.02,
      maxSamples: 4000,
    });
    expect(flat.loss).toBeCloseTo(net.value, 12);
    expect(Math.abs(flat.value - (sigma ** 2 * net.trH) / 2) / flat.stderr).toBeLessThan(4);
    expect(flat.absolute!.value).toBeGreaterThanOrEqual(flat.value);
    expect(flat.status).toBe("converged");
  });

  const [replications, least, most] =
    process.env.THALWEG_LONG === "1" ? [2000, 0.93, 0.97] : [500, 0.91, 0.98];
  test(`intervals of 30 pairs cover in ${least} to ${most} of ${replications} replications`, async () => {
    // Linear least squares is quadratic in its weights, so that the truth is exact for any σ.
    const quadratic: Problem = networkProblem(
      { outputs: ([w], x) => matmul(x, swapLast(w)), loss: (o, y) => sum(square(sub(o, y)), 1) },
      {
        parameters: [{ name: "w", shape: [1, 4] }],
        dtype: "float64",
        data: {
          name: "lines",
          inputs: normals("lines", 24),
          inputShape: [4],
          targets: new Float64Array(6),
          targetShape: [1],
          count: 6,
        },
      },
    );
    const trace = normals("lines", 24).reduce((s, x) => s + (2 * x * x) / 6, 0);
    const rule = { sigma: 1, relativeStderr: 0, minSamples: 30, maxSamples: 30 };
    let covered = 0;
    for (let r = 0; r < replications; r++) {
      const own = await perturbationFlatness(
        runtime,
        quadratic,
        new Float64Array(4),
        substream(draws, r),
        rule,
      );
      if (own.low <= trace / 2 && trace / 2 <= own.high) covered++;
    }
    expect(covered / replications).toBeGreaterThanOrEqual(least);
    expect(covered / replications).toBeLessThanOrEqual(most);
  });

  test("refuses a perturbation without size", async () => {
    await expect(
      perturbationFlatness(runtime, problem, theta, draws, { sigma: 0 }),
    ).rejects.toThrow("sigma must be positive and finite, got 0");
  });
});
