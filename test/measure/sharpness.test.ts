import { afterAll, expect, suite, test } from "vitest";
import {
  batchHessian,
  batchQuadratics,
  batchSharpness,
  batchSharpnessRatio,
  covarianceFactor,
  curvatureMoments,
  exhaustiveSharpness,
  gni,
  gniMeter,
  gradientMeter,
  gradientMoments,
  hessianOperator,
  lanczos,
  miniBatchSharpness,
  optimizerDirection,
  optimizerSharpness,
  uniformBatches,
} from "../../src/measure/index.ts";
import { gniOfMoments } from "../../src/measure/sharpness/gni-closed-form.ts";
import { optimiser } from "../../src/learn/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { stream, substream } from "../../src/random/index.ts";
import type { Estimate } from "../../src/statistics/index.ts";
import { distance, golden, goldenProblem } from "./golden-problem.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());
const seed = "20";
const probes = stream(seed, "probes");
const net = golden.enum_3_4_2_mse;
const { problem, theta } = goldenProblem(net);
const lambda = net.hess_eigs.at(-1)!;

function errors({ value, stderr }: Estimate, truth: number): number {
  return Math.abs(value - truth) / stderr;
}

suite.each(["tanh_5_12_1_mse", "tanh_4_6_3_ce", "enum_3_4_2_mse"] as const)(
  "gradients of %s",
  (name) => {
    const own = golden[name];
    const given = goldenProblem(own);

    test.each([undefined, 1, 5])(
      "loss, gradient and Tr Σ equal PyTorch's, chunk %s",
      async (chunk) => {
        const options = chunk === undefined ? {} : { chunk };
        await using meter = await gradientMeter(runtime, given.problem, options);
        const { loss, gradient } = await meter.measure(given.theta);
        expect(Math.abs(loss / own.value - 1)).toBeLessThan(1e-12);
        expect(distance(gradient, own.grad)).toBeLessThan(1e-9);
        const noise = await gradientMoments(runtime, given.problem, given.theta, options);
        expect(Math.abs(noise.trace / own.trSigma - 1)).toBeLessThan(1e-9);
      },
    );
  },
);

suite("the sharpness family by enumeration", () => {
  test("equals PyTorch's over all 56 batches to 1e-9", async () => {
    const exact = await exhaustiveSharpness(runtime, problem, theta, net.b, probes);
    expect([exact.batches, exact.excluded]).toEqual([56, 0]);
    expect(exact.batchSharpness / net.batch_sharpness).toBeCloseTo(1, 9);
    expect(exact.batchSharpnessRatio / net.batch_sharpness_exp_inside).toBeCloseTo(1, 9);
    expect(exact.miniBatchSharpness / net.mini_bs).toBeCloseTo(1, 9);
    expect(exact.gni / net.gni).toBeCloseTo(1, 9);
    expect(exact.squaredGradient / net.grad_norm2_exp).toBeCloseTo(1, 9);
    expect(exact.miniBatchSharpness).toBeGreaterThan(lambda);
  });

  test("GNI equals (gᵀHg + c·Tr(HΣ))/‖g‖² for every batch size", async () => {
    const g = Float64Array.from(net.grad);
    const Hg = new Float64Array(g.length);
    await using hessian = await hessianOperator(runtime, problem, theta);
    await hessian.apply(g, Hg);
    const gHg = g.reduce((sum, x, i) => sum + x * Hg[i], 0);
    const g2 = g.reduce((sum, x) => sum + x * x, 0);
    for (const b of [1, 2, 5, 8]) {
      const exact = await exhaustiveSharpness(runtime, problem, theta, b, probes);
      const closed = (gHg + covarianceFactor(net.n, b, false) * net.trHSigma) / g2;
      expect(exact.gni / closed).toBeCloseTo(1, 9);
      expect(
        exact.squaredGradient / (g2 + covarianceFactor(net.n, b, false) * net.trSigma),
      ).toBeCloseTo(1, 9);
    }
  });

  test("collapses to gᵀHg/‖g‖² and λmax at full batch, and is monotone in B", async () => {
    const all = [];
    for (let b = 1; b <= 8; b++)
      all.push(await exhaustiveSharpness(runtime, problem, theta, b, probes));
    const full = all[7];
    expect(full.batchSharpness / full.gni).toBeCloseTo(1, 12);
    expect(full.batchSharpness / full.batchSharpnessRatio).toBeCloseTo(1, 12);
    expect(full.miniBatchSharpness / lambda).toBeCloseTo(1, 9);
    for (let b = 1; b < 8; b++)
      expect(all[b].miniBatchSharpness).toBeLessThan(all[b - 1].miniBatchSharpness);
    for (const { batchSharpness, miniBatchSharpness } of all)
      expect(batchSharpness).toBeLessThan(miniBatchSharpness);
  });

  test("refuses more batches than can be enumerated", async () => {
    const options = { maxBatches: 50 };
    await expect(exhaustiveSharpness(runtime, problem, theta, 3, probes, options)).rejects.toThrow(
      "batches to enumerate must be at most 50, got 56 of 3 out of 8",
    );
  });
});

suite("the sharpness family by sampling", () => {
  const sampler = uniformBatches(stream(seed, "measure"), net.n, net.b);
  const rule = { relativeStderr: 0.01, maxSamples: 20_000 };

  test("covers the enumerated truth within 4 standard errors, at the error asked for", async () => {
    await using quadratics = await batchQuadratics(runtime, problem, net.b);
    await using meter = await gniMeter(runtime, problem, net.b);
    const found = [
      {
        estimate: await batchSharpness(quadratics, theta, sampler, rule),
        truth: net.batch_sharpness,
      },
      {
        estimate: await batchSharpnessRatio(quadratics, theta, sampler, rule),
        truth: net.batch_sharpness_exp_inside,
      },
      { estimate: await gni(meter, theta, sampler, rule), truth: net.gni },
    ];
    for (const { estimate, truth } of found) {
      expect(estimate.status).toBe("converged");
      expect(estimate.stderr).toBeLessThanOrEqual(0.01 * estimate.value);
      expect(estimate.samples).toBeGreaterThan(100);
      expect(errors(estimate, truth)).toBeLessThan(4);
      expect(estimate.seed).toBe(seed);
    }
  });

  test("mini-batch sharpness covers its truth and bounds batch sharpness batch by batch", async () => {
    await using hessians = await batchHessian(runtime, problem, net.b);
    const result = await miniBatchSharpness(hessians, theta, sampler, probes, {
      relativeStderr: 0.02,
    });
    expect(result).toMatchObject({ status: "converged", excluded: 0, unconverged: 0 });
    expect(errors(result, net.mini_bs)).toBeLessThan(4);
    expect(errors(result.batchSharpness!, net.batch_sharpness)).toBeLessThan(4);
    result.values.forEach((value, i) => expect(result.ratios[i]).toBeLessThanOrEqual(value));
    await using quadratics = await batchQuadratics(runtime, problem, net.b);
    const { curvature, gradient } = await quadratics.measure(theta, sampler, 0, result.samples);
    const ratios = curvature.map((value, i) => value / gradient[i]);
    expect(distance(result.ratios, ratios)).toBeLessThan(1e-9);
  });

  test("with replacement GNI follows the factor 1/B", async () => {
    const own = uniformBatches(stream(seed, "replaced"), net.n, net.b, { replacement: true });
    await using meter = await gniMeter(runtime, problem, net.b);
    const estimate = await gni(meter, theta, own, { relativeStderr: 0.01, maxSamples: 20_000 });
    const g2 = net.grad.reduce((sum, x) => sum + x * x, 0);
    const factor = covarianceFactor(net.n, net.b, false);
    const truth = net.gni + ((1 / net.b - factor) * net.trHSigma) / g2;
    expect(errors(estimate, truth)).toBeLessThan(4);
  });

  test("the closed form of all samples is the exact GNI to 1e-9, of drawn ones within 4 standard errors", async () => {
    const moments = await gradientMoments(runtime, problem, theta);
    const all = await curvatureMoments(runtime, problem, theta, moments, probes, {
      samples: "all",
    });
    for (const batchSize of [1, 3, 8]) {
      const { gni: truth } = await exhaustiveSharpness(runtime, problem, theta, batchSize, probes);
      const own = gniOfMoments(moments, all, { batchSize, replacement: false });
      expect(own.value / truth).toBeCloseTo(1, 9);
      expect(own).not.toHaveProperty("stderr");
    }
    const drawn = await curvatureMoments(runtime, problem, theta, moments, probes, {
      samples: 400,
    });
    const own = gniOfMoments(moments, drawn, { batchSize: net.b, replacement: true });
    const g2 = net.grad.reduce((sum, x) => sum + x * x, 0);
    const factor = covarianceFactor(net.n, net.b, false);
    const truth = net.gni + ((1 / net.b - factor) * net.trHSigma) / g2;
    expect(errors(own as Estimate, truth)).toBeLessThan(4);
    const full = gniOfMoments(moments, drawn, { batchSize: net.n, replacement: false });
    expect(full).not.toHaveProperty("stderr");
  });

  test("values do not depend on how batches are blocked", async () => {
    await using one = await gniMeter(runtime, problem, net.b, { block: 1, chunk: 3 });
    await using five = await gniMeter(runtime, problem, net.b, { block: 5, byteBudget: 0 });
    await one.setPoint(theta);
    await five.setPoint(theta);
    const expected = await one.quadratics(sampler, 0, 12);
    expect(distance(await five.quadratics(sampler, 0, 12), expected)).toBeLessThan(1e-12);
    await using quadratics = await batchQuadratics(runtime, problem, net.b);
    const whole = await quadratics.measure(theta, sampler, 0, 20);
    const tail = await quadratics.measure(theta, sampler, 13, 20);
    expect(tail.curvature).toEqual(whole.curvature.slice(13));
  });

  // As many replications as the time allows, and a band as narrow as they allow.
  const [replications, least, most] =
    process.env.THALWEG_LONG === "1" ? [2000, 0.93, 0.97] : [500, 0.91, 0.98];
  test(`intervals of 30 and 100 batches cover the truth in ${least} to ${most} of ${replications} replications`, async () => {
    await using quadratics = await batchQuadratics(runtime, problem, net.b);
    for (const samples of [30, 100]) {
      const fixed = { relativeStderr: 0, minSamples: samples, maxSamples: samples };
      let [mean, ratio] = [0, 0];
      for (let r = 0; r < replications; r++) {
        const draws = substream(stream(seed, `coverage of ${samples}`), r);
        const own = uniformBatches(draws, net.n, net.b);
        const bs = await batchSharpness(quadratics, theta, own, fixed);
        if (bs.low <= net.batch_sharpness && net.batch_sharpness <= bs.high) mean++;
        const inside = await batchSharpnessRatio(quadratics, theta, own, fixed);
        const truth = net.batch_sharpness_exp_inside;
        if (inside.low <= truth && truth <= inside.high) ratio++;
        expect([bs.samples, bs.status]).toEqual([samples, "max-samples"]);
      }
      for (const covered of [mean, ratio]) {
        expect(covered / replications).toBeGreaterThanOrEqual(least);
        expect(covered / replications).toBeLessThanOrEqual(most);
      }
    }
  });

  test("in float32 the family agrees with float64 to 1e-4 of λmax", async () => {
    const single = goldenProblem(net, "float32");
    const exact = await exhaustiveSharpness(runtime, single.problem, single.theta, net.b, probes, {
      tolerance: 1e-3,
    });
    expect(Math.abs(exact.batchSharpness - net.batch_sharpness)).toBeLessThan(1e-4 * lambda);
    expect(Math.abs(exact.miniBatchSharpness - net.mini_bs)).toBeLessThan(1e-4 * lambda);
    expect(Math.abs(exact.gni - net.gni)).toBeLessThan(1e-4 * lambda);
  });
});

suite("optimizerSharpness", () => {
  const sampler = uniformBatches(stream(seed, "measure"), net.n, net.b);
  const rule = { relativeStderr: 0, minSamples: 64, maxSamples: 64 };

  test("of SGD is η times the ratio of means on the same batches", async () => {
    const eta = 0.05;
    const sgd = optimiser({ kind: "sgd" });
    await using plain = await batchQuadratics(runtime, problem, net.b);
    const direction = optimizerDirection(sgd, problem);
    await using steps = await batchQuadratics(runtime, problem, net.b, direction);
    const scalars = Float64Array.from(sgd.scalars(0, eta));
    const own = await optimizerSharpness(steps, theta, [scalars], sampler, rule);
    const ratio = await batchSharpnessRatio(plain, theta, sampler, rule);
    expect(own.value / (eta * ratio.value)).toBeCloseTo(1, 12);
    expect(own.stderr / (eta * ratio.stderr)).toBeCloseTo(1, 9);
  });

  test("of momentum from rest equals SGD's, and with a velocity equals sᵀHs/(−sᵀg) at full batch", async () => {
    const eta = 0.05;
    const all = uniformBatches(stream(seed, "full"), net.n, net.n);
    const momentum = optimiser({ kind: "momentum", momentum: 0.9 });
    const direction = optimizerDirection(momentum, problem);
    await using steps = await batchQuadratics(runtime, problem, net.n, direction);
    const scalars = Float64Array.from(momentum.scalars(3, eta));
    const rest = problem.parameters.map(
      ({ shape }) => new Float64Array(shape.reduce((a, b) => a * b, 1)),
    );
    const short = { minSamples: 2, maxSamples: 2 };
    const still = await optimizerSharpness(steps, theta, [...rest, scalars], all, short);
    await using hessian = await hessianOperator(runtime, problem, theta);
    const value = async (s: Float64Array) => {
      const Hs = new Float64Array(s.length);
      await hessian.apply(s, Hs);
      const sHs = s.reduce((sum, x, i) => sum + x * Hs[i], 0);
      return sHs / -s.reduce((sum, x, i) => sum + x * net.grad[i], 0);
    };
    const plain = Float64Array.from(net.grad, (g) => -eta * g);
    expect(still.value / (await value(plain))).toBeCloseTo(1, 9);
    const velocity = net.v.map((x) => 0.1 * x);
    let offset = 0;
    const slots = rest.map((zero) =>
      Float64Array.from(velocity.slice(offset, (offset += zero.length))),
    );
    const moving = await optimizerSharpness(steps, theta, [...slots, scalars], all, short);
    const s = Float64Array.from(net.grad, (g, i) => -eta * (0.9 * velocity[i] + g));
    expect(moving.value / (await value(s))).toBeCloseTo(1, 9);
    expect([moving.stderr, moving.status]).toEqual([0, "converged"]);
  });
});

suite("optimizerSharpness of Adam", () => {
  test("takes the slots slot by slot and PyTorch's bias-corrected step", async () => {
    const all = uniformBatches(stream(seed, "full"), net.n, net.n);
    const adam = optimiser({ kind: "adam", beta1: 0.9, beta2: 0.99, epsilon: 1e-8 });
    const direction = optimizerDirection(adam, problem);
    await using steps = await batchQuadratics(runtime, problem, net.n, direction);
    const [eta, t] = [0.01, 5];
    const mean = net.v.map((x) => 0.1 * x);
    const second = net.v.map((x) => x * x + 0.1);
    const state = [...pieces(mean), ...pieces(second), Float64Array.from(adam.scalars(t - 1, eta))];
    const own = await optimizerSharpness(steps, theta, state, all, {
      minSamples: 2,
      maxSamples: 2,
    });
    const s = Float64Array.from(net.grad, (g, i) => {
      const m = (0.9 * mean[i] + 0.1 * g) / (1 - 0.9 ** t);
      const v = (0.99 * second[i] + 0.01 * g * g) / (1 - 0.99 ** t);
      return (-eta * m) / (Math.sqrt(v) + 1e-8);
    });
    await using hessian = await hessianOperator(runtime, problem, theta);
    const Hs = new Float64Array(s.length);
    await hessian.apply(s, Hs);
    const slope = s.reduce((sum, x, i) => sum + x * net.grad[i], 0);
    const curvature = s.reduce((sum, x, i) => sum + x * Hs[i], 0);
    expect((own.value * -slope) / curvature).toBeCloseTo(1, 9);
  });

  function pieces(flat: readonly number[]): Float64Array[] {
    let offset = 0;
    return problem.parameters.map(({ shape }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return Float64Array.from(flat.slice(offset, (offset += size)));
    });
  }
});

suite("edges", () => {
  const constant = (weight: number, targets: Float64Array) => {
    const data = { ...problem.data, count: 4, inputs: new Float64Array(12).fill(weight), targets };
    return { ...problem, data };
  };
  const sampler = uniformBatches(stream(seed, "edges"), 4, 2);

  test("equal samples give an interval of width 0 (to rounding) at the scalar itself", async () => {
    const same = constant(1.5, new Float64Array(8).fill(0.3));
    await using quadratics = await batchQuadratics(runtime, same, 2);
    const estimate = await batchSharpness(quadratics, theta, sampler);
    await using hessian = await hessianOperator(runtime, same, theta);
    await using meter = await gradientMeter(runtime, same);
    const { gradient } = await meter.measure(theta);
    const Hg = new Float64Array(gradient.length);
    await hessian.apply(gradient, Hg);
    const ratio =
      gradient.reduce((sum, g, i) => sum + g * Hg[i], 0) /
      gradient.reduce((sum, g) => sum + g * g, 0);
    expect(estimate.value / ratio).toBeCloseTo(1, 12);
    expect(estimate.high - estimate.low).toBeLessThan(1e-12);
    expect([estimate.status, estimate.samples]).toEqual(["converged", 32]);
  });

  test("batches without gradient are left out, counted, and undefined where there are no others", async () => {
    const zero = theta.map(() => 0) as Float64Array;
    const fitted = constant(1, new Float64Array(8));
    await using quadratics = await batchQuadratics(runtime, fitted, 2);
    const none = await batchSharpness(quadratics, zero, sampler, { maxSamples: 40 });
    expect(none).toMatchObject({ status: "undefined", excluded: 40, samples: 0, value: NaN });
    const ratio = await batchSharpnessRatio(quadratics, zero, sampler, { maxSamples: 40 });
    expect(ratio).toMatchObject({ status: "undefined", excluded: 40, samples: 0, value: NaN });
    await using meter = await gniMeter(runtime, fitted, 2);
    expect(await gni(meter, zero, sampler)).toMatchObject({ status: "undefined", value: NaN });

    const half = constant(1, Float64Array.of(0, 0, 0, 0, 1, 1, 1, 1));
    await using mixed = await batchQuadratics(runtime, half, 2);
    const some = await batchSharpness(mixed, zero, sampler, { minSamples: 60, maxSamples: 60 });
    const empty = Array.from({ length: 60 }, (_, i) => sampler.rows(i)).filter((rows) =>
      rows.every((row) => row < 2),
    );
    expect(empty.length).toBeGreaterThan(0);
    expect(some).toMatchObject({ excluded: empty.length, samples: 60 - empty.length });
  });

  test("overflow is a status, not a number", async () => {
    const far = theta.map(() => 1e200) as Float64Array;
    await using quadratics = await batchQuadratics(runtime, problem, net.b);
    await using hessians = await batchHessian(runtime, problem, net.b);
    await using meter = await gniMeter(runtime, problem, net.b);
    const own = uniformBatches(stream(seed, "measure"), net.n, net.b);
    const expected = { status: "not-finite", value: NaN };
    expect(await batchSharpness(quadratics, far, own)).toMatchObject(expected);
    expect(await miniBatchSharpness(hessians, far, own, probes)).toMatchObject(expected);
    expect(await gni(meter, far, own)).toMatchObject(expected);
    await using hessian = await hessianOperator(runtime, problem, far);
    expect(await lanczos(hessian, probes)).toMatchObject({ status: "not-finite" });
  });

  test("a tanh unit's sign and order may change without changing anything", async () => {
    // Hidden units 0 and 1 exchanged, unit 2's sign turned: rows of w0, b0 and columns of w1.
    const turned = theta.slice();
    for (let k = 0; k < 3; k++) {
      [turned[k], turned[3 + k]] = [theta[3 + k], theta[k]];
      turned[6 + k] = -theta[6 + k];
    }
    [turned[12], turned[13], turned[14]] = [theta[13], theta[12], -theta[14]];
    for (const row of [16, 20])
      [turned[row], turned[row + 1], turned[row + 2]] = [
        theta[row + 1],
        theta[row],
        -theta[row + 2],
      ];
    const exact = await exhaustiveSharpness(runtime, problem, turned, net.b, probes);
    expect(exact.batchSharpness / net.batch_sharpness).toBeCloseTo(1, 9);
    expect(exact.miniBatchSharpness / net.mini_bs).toBeCloseTo(1, 9);
    expect(exact.gni / net.gni).toBeCloseTo(1, 9);
  });

  test("a loss times c has every sharpness times c", async () => {
    const { mul } = await import("../../src/graph/index.ts");
    const perSampleLoss: typeof problem.perSampleLoss = (p, x, y) =>
      mul(problem.perSampleLoss(p, x, y), 3);
    const exact = await exhaustiveSharpness(
      runtime,
      { ...problem, perSampleLoss },
      theta,
      net.b,
      probes,
    );
    expect(exact.batchSharpness / net.batch_sharpness).toBeCloseTo(3, 8);
    expect(exact.miniBatchSharpness / net.mini_bs).toBeCloseTo(3, 8);
    expect(exact.gni / net.gni).toBeCloseTo(3, 8);
  });

  test("sample weights enter every member: a weight of 0 and 2 is a sample left out and doubled", async () => {
    const doubled = [0, 1, 2, 1, 1, 0, 1, 2];
    const weights = Float64Array.from(doubled);
    const weighted = { ...problem, data: { ...problem.data, weights } };
    const order = doubled.flatMap((w, i) => Array<number>(w).fill(i));
    const take = (from: readonly number[], width: number) =>
      Float64Array.from(order.flatMap((i) => from.slice(i * width, (i + 1) * width)));
    const copied = { ...problem.data, inputs: take(net.X, 3), targets: take(net.Y, 2), count: 8 };
    const copies = { ...problem, data: copied };
    const [a, b] = await Promise.all(
      [weighted, copies].map((given) => exhaustiveSharpness(runtime, given, theta, 8, probes)),
    );
    for (const key of ["batchSharpness", "miniBatchSharpness", "gni", "squaredGradient"] as const)
      expect(a[key] / b[key]).toBeCloseTo(1, 9);
    const noise = await gradientMoments(runtime, weighted, theta, { chunk: 3 });
    const same = await gradientMoments(runtime, copies, theta);
    expect(noise.trace / same.trace).toBeCloseTo(1, 9);
  });

  test("refuses what has no error bar", async () => {
    await using quadratics = await batchQuadratics(runtime, problem, net.b);
    const own = uniformBatches(stream(seed, "measure"), net.n, net.b);
    await expect(batchSharpness(quadratics, theta, own, { minSamples: 1 })).rejects.toThrow(
      "minSamples must be at least 2 to give an error bar, got 1",
    );
    await expect(
      batchSharpness(quadratics, theta, own, { minSamples: 50, maxSamples: 40 }),
    ).rejects.toThrow("maxSamples must be at least minSamples, got 40 and 50");
    await expect(batchSharpness(quadratics, theta, sampler)).rejects.toThrow(
      "the sampler's batches must have 3 rows, got 2",
    );
    expect(() => uniformBatches(stream(seed, "x"), 4, 5)).toThrow(
      "batch size must be an integer from 1 to the 4 samples, got 5",
    );
  });
});
