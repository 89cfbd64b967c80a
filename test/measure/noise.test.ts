import { afterAll, expect, suite, test } from "vitest";
import {
  aHat,
  alignmentByProbes,
  alignmentCosine,
  alignmentExact,
  alignmentRatio,
  coordinateMoments,
  coordinateTests,
  curvatureMoments,
  denseOperator,
  eigenvectorNoise,
  expectedSquare,
  exhaustiveSharpness,
  gradientCovarianceOperator,
  gradientMoments,
  gradientShare,
  gradientTests,
  hessianOperator,
  illConditioning,
  isEstimate,
  lanczos,
  noiseScales,
  perSampleCurvatures,
  perSampleGradients,
  sharpnessByBatchSize,
  sharpSamples,
  toDense,
} from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { stream } from "../../src/random/index.ts";
import { distance, golden, goldenProblem } from "./golden-problem.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());
const seed = "41";
const draws = stream(seed, "noise");
const names = ["tanh_5_12_1_mse", "tanh_4_6_3_ce", "enum_3_4_2_mse"] as const;

suite.each(names)("alignment of %s", (name) => {
  const net = golden[name];
  const { problem, theta } = goldenProblem(net);
  const truths = {
    trH: net.trH,
    trSigma: net.trSigma,
    trHSigma: net.trHSigma,
    frobeniusH: Math.sqrt(net.froH2),
    frobeniusSigma: Math.hypot(...net.sigma_eigs),
    ratio: net.align_ratio,
    cosine: net.cosHSigma,
  };

  test("from P products is PyTorch's to 1e-9, without error", async () => {
    await using hessian = await hessianOperator(runtime, problem, theta);
    await using sigma = await gradientCovarianceOperator(runtime, problem, theta);
    const exact = await alignmentExact(hessian, sigma);
    for (const [key, truth] of Object.entries(truths)) {
      const measured = exact[key as keyof typeof truths]!;
      expect(measured.value / truth).toBeCloseTo(1, 9);
      expect(measured).not.toHaveProperty("stderr");
    }
    expect(alignmentRatio(theta.length, exact.trHSigma, exact.trH, exact.trSigma)).toEqual({
      value: exact.ratio!.value,
      method: "alignment ratio, delta method",
    });
    expect(
      alignmentCosine(exact.trHSigma, exact.frobeniusH, exact.frobeniusSigma).value,
    ).toBeCloseTo(net.cosHSigma, 9);
  });

  test("from probes is within 4 standard errors", async () => {
    await using hessian = await hessianOperator(runtime, problem, theta);
    await using sigma = await gradientCovarianceOperator(runtime, problem, theta);
    const found = await alignmentByProbes(hessian, sigma, draws, { probes: 400 });
    for (const [key, truth] of Object.entries(truths)) {
      const estimate = found[key as keyof typeof truths]!;
      expect(Math.abs(estimate.value - truth) / estimate.stderr).toBeLessThan(4);
      expect(estimate).toMatchObject({ samples: 400, seed });
    }
  });

  test("Tr(HΣ) from all samples is exact, from samples drawn within 4 standard errors", async () => {
    const moments = await gradientMoments(runtime, problem, theta, { chunk: 4 });
    expect(moments.trace / net.trSigma).toBeCloseTo(1, 9);
    const g2 = net.grad.reduce((sum, g) => sum + g * g, 0);
    expect(moments.squaredMean / g2).toBeCloseTo(1, 9);
    const all = await curvatureMoments(runtime, problem, theta, moments, draws, { samples: "all" });
    expect(all.trHSigma.value / net.trHSigma).toBeCloseTo(1, 8);
    expect(isEstimate(all.trHSigma)).toBe(false);
    const some = await curvatureMoments(runtime, problem, theta, moments, draws, { samples: 64 });
    if (!isEstimate(some.trHSigma)) throw new Error("no error");
    expect(Math.abs(some.trHSigma.value - net.trHSigma) / some.trHSigma.stderr).toBeLessThan(4);
    expect(
      some.shares.reduce((sum, s, k) => sum + s * some.centred[k], 0) / some.trHSigma.value,
    ).toBeCloseTo(1, 12);
  });

  test("noise scales of the finite set are the ratios of PyTorch's numbers", async () => {
    const moments = await gradientMoments(runtime, problem, theta);
    const curvature = await curvatureMoments(runtime, problem, theta, moments, draws, {
      samples: "all",
    });
    const g = Float64Array.from(net.grad);
    const Hg = new Float64Array(g.length);
    await using hessian = await hessianOperator(runtime, problem, theta);
    await hessian.apply(g, Hg);
    const gHg = g.reduce((sum, x, i) => sum + x * Hg[i], 0);
    const g2 = g.reduce((sum, x) => sum + x * x, 0);
    const scales = noiseScales(moments, curvature);
    expect(scales.simple).toMatchObject({ kind: "exact", samples: net.n });
    if (scales.simple.kind === "exact")
      expect(scales.simple.value / (net.trSigma / g2)).toBeCloseTo(1, 9);
    if (gHg > 0) {
      if (scales.curvature?.kind !== "exact") throw new Error("not exact");
      expect(scales.curvature.value / (net.trHSigma / gHg)).toBeCloseTo(1, 8);
    } else expect(scales.curvature).toMatchObject({ kind: "not-meaningful" });
  });

  test("noise and gradient along eigenvectors are those of the dense matrices, and â goes with them", async () => {
    await using hessian = await hessianOperator(runtime, problem, theta);
    await using sigma = await gradientCovarianceOperator(runtime, problem, theta);
    const { pairs } = await lanczos(hessian, draws, { count: 3, tolerance: 1e-8 });
    const dense = await toDense(sigma);
    const P = theta.length;
    const found = await eigenvectorNoise(runtime, problem, theta, pairs, { chunk: 5 });
    found.forEach(({ value, noise, slope }, k) => {
      const u = pairs[k].vector;
      let quadratic = 0;
      for (let i = 0; i < P; i++)
        for (let j = 0; j < P; j++) quadratic += u[i] * dense[i * P + j] * u[j];
      expect(value).toBe(pairs[k].value);
      expect(noise / quadratic).toBeCloseTo(1, 9);
      expect(slope).toBeCloseTo(
        net.grad.reduce((s, g, i) => s + g * u[i], 0),
        9,
      );
    });
    const exact = (value: number) => ({ value, method: "given" });
    const hat = aHat(
      exact(found[0].noise),
      exact(pairs[0].value),
      exact(net.trH),
      exact(net.trSigma),
    );
    expect(hat.value).toBeCloseTo((found[0].noise * net.trH) / (pairs[0].value * net.trSigma), 12);
  });

  test("the tests of cockpit are their formulas over written per-sample gradients", async () => {
    const { values, rows: B, dim } = await perSampleGradients(runtime, problem, theta);
    const g = Array.from({ length: B }, (_, i) =>
      Array.from(values.subarray(i * dim, (i + 1) * dim)),
    );
    const mean = net.grad;
    const inner = (a: readonly number[], b: readonly number[]) =>
      a.reduce((s, x, i) => s + x * b[i], 0);
    const g2 = inner(mean, mean);
    const norms = g.reduce((s, gn) => s + inner(gn, gn), 0);
    const along = g.reduce((s, gn) => s + inner(gn, mean) ** 2, 0);
    const tests = gradientTests(await gradientMoments(runtime, problem, theta));
    expect(tests.norm).toBeCloseTo(Math.sqrt((norms - B * g2) / ((B - 1) * B * g2)), 8);
    expect(tests.innerProduct).toBeCloseTo(
      Math.sqrt((along - B * g2 ** 2) / ((B - 1) * B * g2 ** 2)),
      8,
    );
    expect(tests.orthogonality).toBeCloseTo(
      Math.sqrt((norms - along / g2) / ((B - 1) * B * g2)),
      8,
    );
    expect(tests.diversity).toBeCloseTo(norms / (B * B * g2), 8);
    const moments = await coordinateMoments(runtime, problem, theta, { chunk: 4 });
    const seconds = mean.map((_, j) => g.reduce((s, gn) => s + gn[j] ** 2, 0) / B);
    expect(distance(moments.secondMoment, seconds)).toBeLessThan(1e-10);
    const epsilon = 1e-5;
    const found = coordinateTests(moments.gradient, moments.secondMoment, B, { epsilon });
    const snr = mean.reduce((s, m, j) => s + m ** 2 / (seconds[j] - m ** 2 + epsilon), 0) / dim;
    expect(found.signalToNoise / snr).toBeCloseTo(1, 6);
    const trace = moments.secondMoment.reduce((s, x, j) => s + x - mean[j] ** 2, 0);
    expect(trace / net.trSigma).toBeCloseTo(1, 9);
  });

  test("the samples' curvatures along u₁ have λ₁ for their mean, and are listed largest first", async () => {
    await using hessian = await hessianOperator(runtime, problem, theta);
    const { pairs } = await lanczos(hessian, draws, { tolerance: 1e-9 });
    const u = pairs[0].vector;
    const found = await sharpSamples(runtime, problem, theta, u, { count: 3, chunk: 4 });
    const all = await perSampleCurvatures(runtime, problem, theta, u);
    expect(found.eigenvalue.value / pairs[0].value).toBeCloseTo(1, 8);
    const mean = all.reduce((s, x) => s + x, 0) / net.n;
    const variance = all.reduce((s, x) => s + (x - mean) ** 2, 0) / (net.n - 1);
    expect(found.eigenvalue.stderr).toBeCloseTo(Math.sqrt(variance / net.n), 10);
    const order = [...all.keys()].sort((a, b) => all[b] - all[a]);
    expect(found.sharpest.map(({ row }) => row)).toEqual(order.slice(0, 3));
    const { values, dim } = await perSampleGradients(runtime, problem, theta);
    for (const { row, gradientNorm } of found.steepest)
      expect(gradientNorm).toBeCloseTo(
        Math.hypot(...values.subarray(row * dim, (row + 1) * dim)),
        9,
      );
    expect(found.steepest[0].gradientNorm).toBeGreaterThanOrEqual(found.steepest[1].gradientNorm);
  });
});

suite("E[g_B²] at fixed weights", () => {
  test.each([1, 3, 8])("of batches of %s adds up to what enumeration gives", async (batchSize) => {
    const net = golden.enum_3_4_2_mse;
    const { problem, theta } = goldenProblem(net);
    const moments = await coordinateMoments(runtime, problem, theta);
    const square = expectedSquare(moments, batchSize);
    const exact = await exhaustiveSharpness(runtime, problem, theta, batchSize, draws);
    expect(square.reduce((sum, x) => sum + x, 0) / exact.squaredGradient).toBeCloseTo(1, 9);
  });
});

suite("sharpness by batch size", () => {
  test("covers enumeration at every size and is exact at the full batch", async () => {
    const net = golden.enum_3_4_2_mse;
    const { problem, theta } = goldenProblem(net);
    const curve = await sharpnessByBatchSize(runtime, problem, theta, draws, {
      miniBatch: true,
      relativeStderr: 0.03,
    });
    expect(curve.map(({ batchSize }) => batchSize)).toEqual([1, 2, 4, 8]);
    for (const { batchSize, batchSharpness, miniBatchSharpness } of curve) {
      const exact = await exhaustiveSharpness(runtime, problem, theta, batchSize, draws);
      for (const [found, truth] of [
        [batchSharpness, exact.batchSharpness],
        [miniBatchSharpness!, exact.miniBatchSharpness],
      ] as const)
        if (isEstimate(found)) expect(Math.abs(found.value - truth) / found.stderr).toBeLessThan(4);
        else {
          expect(batchSize).toBe(8);
          expect(Math.abs(found.value / truth - 1)).toBeLessThan(1e-5);
        }
    }
  });
});

suite("the share of a gradient in eigenvectors", () => {
  const unit = (k: number) => Float64Array.from({ length: 20 }, (_, i) => (i === k ? 1 : 0));
  const g = Float64Array.from({ length: 20 }, (_, i) => [3, 4, 12][i] ?? 0);

  test("is 3/13, then 5/13, and 12/13 outside, in the order of eigenvalues", () => {
    const share = gradientShare(g, [
      { value: 1, vector: unit(1) },
      { value: 5, vector: unit(0) },
    ]);
    expect(share.values).toEqual([5, 1]);
    expect(share.components.map((x) => x * 13)).toEqual([3, 4].map((x) => expect.closeTo(x, 12)));
    expect(share.cumulative.map((x) => x * 13)).toEqual([3, 5].map((x) => expect.closeTo(x, 12)));
    expect(share.residual * 13).toBeCloseTo(12, 12);
  });

  test("is 0 of a zero gradient, and takes 20 vectors at most", () => {
    const zero = gradientShare(new Float64Array(20), [{ value: 1, vector: unit(0) }]);
    expect(zero).toEqual({ values: [1], components: [0], cumulative: [0], residual: 0 });
    const many = Array.from({ length: 25 }, (_, k) => ({ value: k, vector: unit(k % 20) }));
    expect(gradientShare(g, many).values).toHaveLength(20);
  });
});

suite("alignment in closed form", () => {
  test("Σ ∝ H has cosine 1 and the ratio P·Tr H²/(Tr H)², 29.34 for λᵢ = 1/i; a rank-one Σ along u₁ 133.6", async () => {
    const P = 1000;
    const operator = (f: (i: number) => number) => ({
      name: "diagonal",
      dim: P,
      dtype: "float64" as const,
      products: 0,
      apply(v: Float64Array | Float32Array, out: Float64Array | Float32Array) {
        for (let i = 0; i < P; i++) out[i] = f(i) * v[i];
        return Promise.resolve();
      },
    });
    const H = operator((i) => 1 / (i + 1));
    const same = await alignmentExact(
      H,
      operator((i) => 3 / (i + 1)),
    );
    expect(same.cosine!.value).toBeCloseTo(1, 12);
    expect(same.ratio!.value).toBeCloseTo(29.34, 2);
    const first = await alignmentExact(
      H,
      operator((i) => (i === 0 ? 2 : 0)),
    );
    expect(first.ratio!.value).toBeCloseTo(133.6, 1);
    const probes = await alignmentByProbes(
      H,
      operator((i) => 3 / (i + 1)),
      draws,
      { probes: 3 },
    );
    expect(probes.ratio!.value).toBeCloseTo(29.34, 2); // exact: Rademacher probes of diagonal matrices
    expect(probes.ratio!.stderr).toBeLessThan(1e-9);
  });

  test("the exponent and its bound are those of λ₁P^(−d) beyond k", () => {
    const P = 10_000;
    const values = [10, 9, 8, 10 * P ** -0.8, 10 * P ** -0.81];
    const { k, exponent, bound, exponents } = illConditioning(values, P);
    expect(k).toBe(3);
    expect(exponent).toBeCloseTo(0.8, 12);
    expect(bound).toBeCloseTo(P / (3 + P ** 0.2) ** 2, 9);
    expect(exponents).toHaveLength(4);
    // The bound holds for that spectrum with Σ = u₁u₁ᵀ, whose â is Tr H/λ₁.
    const trH = 10 + 9 + 8 + (P - 3) * 10 * P ** -0.8;
    expect((P * 10) / trH).toBeGreaterThanOrEqual((trH / 10) * bound);
    expect(() => illConditioning([-1, -2], 9)).toThrow(
      "the largest eigenvalue must be positive, got -1",
    );
    expect(() => illConditioning([1, 2], 9)).toThrow(
      "eigenvalues must be given largest first, got 2 after 1",
    );
    expect(() => illConditioning([1], 9)).toThrow(
      "an exponent needs at least 2 positive eigenvalues, got 1 eigenvalues",
    );
  });

  test("refuses operators of different spaces, and a denominator that may be 0", async () => {
    const [a, b] = [denseOperator([1], 1), denseOperator([1, 0, 0, 1], 2)];
    await expect(alignmentExact(a, b)).rejects.toThrow(
      "operators to align must take the same vectors, got float64[1] and float64[2]",
    );
    await expect(alignmentByProbes(a, a, draws, { probes: 1 })).rejects.toThrow(
      "probes must be at least 2 to give an error bar, got 1",
    );
    const loose = {
      value: 1,
      stderr: 1,
      low: -1,
      high: 3,
      level: 0.95,
      samples: 9,
      method: "m",
      seed,
    };
    expect(() =>
      alignmentRatio(3, { value: 1, method: "m" }, loose, { value: 1, method: "m" }),
    ).toThrow("a denominator must differ from 0 by more than its error, got 1 in [-1, 3]");
  });
});
