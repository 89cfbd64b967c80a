import { afterAll, expect, suite, test } from "vitest";
import { gradientTailIndex, tailIndex, uniformBatches } from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { fillNormal, fillUniform, type Stream, stream, substream } from "../../src/random/index.ts";
import { golden, goldenProblem } from "./golden-problem.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());
const seed = "71";
const draws = stream(seed, "tail");

/** Symmetric α-stable values by Chambers, Mallows and Stuck. */
function stable(alpha: number, count: number, own: Stream): Float64Array {
  const [v, w] = [new Float64Array(count), new Float64Array(count)];
  fillUniform(substream(own, "v"), 0, v);
  fillUniform(substream(own, "w"), 0, w);
  return v.map((u, i) => {
    const V = Math.PI * (u - 0.5);
    const W = -Math.log(w[i]);
    return (
      (Math.sin(alpha * V) / Math.cos(V) ** (1 / alpha)) *
      (Math.cos((1 - alpha) * V) / W) ** ((1 - alpha) / alpha)
    );
  });
}

function normals(count: number, own: Stream): Float64Array {
  const out = new Float64Array(count);
  fillNormal(own, 0, out);
  return out;
}

suite("tail index", () => {
  test("is Mohammadi's formula on a written sample", () => {
    const X = [0.5, -1.25, 2, 0.75, -0.1, 3, -2.5, 0.4, 1.1];
    const Y = [0.5 - 1.25 + 2, 0.75 - 0.1 + 3, -2.5 + 0.4 + 1.1];
    const logs = (values: number[]) =>
      values.reduce((s, x) => s + Math.log(Math.abs(x)), 0) / values.length;
    const found = tailIndex(X, { seed, sumLength: 3 });
    expect(found.value).toBeCloseTo(Math.log(3) / (logs(Y) - logs(X)), 12);
    expect(found).toMatchObject({ sumLength: 3, sums: 3, excluded: 0, samples: 3 });
    expect(found.caveat).toMatch(/Student's t with 3 degrees: about 1.75/);
  });

  test.each([2, 1.8, 1.5, 1.2, 1])(
    "is α of 10⁵ α-stable values, α = %s, within 4 standard errors and a twentieth",
    (alpha) => {
      const found = tailIndex(stable(alpha, 100_000, substream(draws, `stable ${alpha}`)), {
        seed,
      });
      expect(Math.abs(found.value - alpha) / found.stderr).toBeLessThan(4);
      expect(Math.abs(found.value / alpha - 1)).toBeLessThan(0.05);
    },
  );

  test("is 2 of 10⁵ normals, and the known 1.75 of Student's t₃ at K = 10⁴, K₁ = 100", () => {
    const found = tailIndex(normals(100_000, draws), { seed });
    expect(Math.abs(found.value - 2) / found.stderr).toBeLessThan(4);
    expect(found.sumLength).toBe(316);
    let mean = 0;
    for (let r = 0; r < 20; r++) {
      const own = substream(draws, `t ${r}`);
      const [z, ...chi] = [0, 1, 2, 3].map((k) => normals(10_000, substream(own, k)));
      const t3 = z.map((x, i) => x / Math.sqrt(chi.reduce((s, c) => s + c[i] ** 2, 0) / 3));
      mean += tailIndex(t3, { seed, sumLength: 100 }).value / 20;
    }
    expect(mean).toBeGreaterThan(1.68);
    expect(mean).toBeLessThan(1.82);
  });

  const [replications, least, most] =
    process.env.THALWEG_LONG === "1" ? [2000, 0.93, 0.97] : [500, 0.91, 0.98];
  test.each([2, 1.5])(
    `intervals cover α = %s in ${least} to ${most} of ${replications} replications of 30 sums of 30`,
    (alpha) => {
      let covered = 0;
      for (let r = 0; r < replications; r++) {
        const { low, high } = tailIndex(stable(alpha, 900, substream(draws, r)), { seed });
        if (low <= alpha && alpha <= high) covered++;
      }
      expect(covered / replications).toBeGreaterThanOrEqual(least);
      expect(covered / replications).toBeLessThanOrEqual(most);
    },
  );

  test("leaves out zeros and counts them, and refuses what has no error bar", () => {
    const X = normals(100, draws);
    X[3] = X[57] = 0;
    expect(tailIndex(X, { seed, sumLength: 7 }).excluded).toBe(4); // two zeros, two of the remainder
    expect(() => tailIndex([1, NaN], { seed })).toThrow("values must be finite, got NaN at 1");
    expect(() => tailIndex([1, 2, 3], { seed })).toThrow(
      "values must be at least 4 for 2 sums of 2, got 3",
    );
    expect(() => tailIndex([1, 2, 3, 4], { seed, sumLength: 1 })).toThrow(
      "sumLength must be an integer of at least 2, got 1",
    );
    expect(() => tailIndex(new Float64Array(9), { seed })).toThrow(
      "sums that are not 0 must be at least 2 for a tail index, got 0",
    );
  });
});

suite("tail index of gradients", () => {
  const net = golden.tanh_5_12_1_mse;
  const { problem, theta } = goldenProblem(net);

  test.each(["coordinates", 5] as const)(
    "of batches of 8 is near 2 along %s, where gradients are bounded",
    async (along) => {
      const sampler = uniformBatches(stream(seed, "batches"), net.n, 8);
      const found = await gradientTailIndex(runtime, problem, theta, sampler, draws, {
        batches: 1600,
        along,
      });
      expect(Math.abs(found.value - 2) / found.stderr).toBeLessThan(4);
      expect(found).toMatchObject({ sumLength: 40, sums: 40, seed });
      expect(found.stderr).toBeLessThan(0.2);
    },
  );

  test("refuses too few batches", async () => {
    const sampler = uniformBatches(draws, net.n, 1);
    await expect(
      gradientTailIndex(runtime, problem, theta, sampler, draws, { batches: 3 }),
    ).rejects.toThrow("batches must be at least 4 for 2 sums of 2, got 3");
  });
});
