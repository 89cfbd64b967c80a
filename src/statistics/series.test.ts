import { expect, suite, test } from "vitest";
import { fillNormal, fillUniform, stream, substream, type Stream } from "../random/index.ts";
import { autocorrelationTime, batchMeans, seriesMean } from "./autocorrelation.ts";
import { blockBootstrap, blockLength, percentile } from "./bootstrap.ts";
import { meanEstimate } from "./estimate.ts";
import { covers } from "../../test/covers.ts";

const seed = "42";
const source = stream(seed, "series");

suite("autocorrelationTime", () => {
  test.each([0, 0.5, 0.9])("is (1 + ρ)/(1 − ρ) for an autoregression with ρ = %d", (rho) => {
    const estimates = Float64Array.from(
      { length: 40 },
      (_, i) => autocorrelationTime(autoregression(substream(source, i), rho, 20_000)).time,
    );
    const { value, stderr } = meanEstimate(estimates, { seed });
    const truth = (1 + rho) / (1 - rho);
    // The stopping rule itself leans up by a few per cent.
    expect(Math.abs(value - truth)).toBeLessThan(4 * stderr + 0.04 * truth);
  });

  test("is below 1 for a series that alternates about its mean", () => {
    const { time } = autocorrelationTime(autoregression(source, -0.6, 20_000));
    expect(time).toBeGreaterThan(0.2); // (1 − 0.6)/(1 + 0.6) = 0.25
    expect(time).toBeLessThan(0.32);
  });

  test("calls a constant series white", () => {
    expect(autocorrelationTime([3, 3, 3, 3])).toEqual({ time: 1, window: 0, mean: 3, variance: 0 });
  });
});

const cases = [
  ["seriesMean", 0, 400, seriesMean],
  ["seriesMean", 0.5, 1000, seriesMean],
  ["seriesMean", 0.9, 4000, seriesMean],
  ["batchMeans", 0.5, 1000, batchMeans],
  ["batchMeans", 0.9, 8000, batchMeans],
] as const;

suite.each(cases)("%s at ρ = %d over %i values", (_, rho, n, estimator) => {
  test("covers the mean in 93 to 97 % of repetitions", () => {
    covers(2000, (i) => [estimator(autoregression(substream(source, i), rho, n), { seed }), 0]);
  });

  test("gives the exact standard error of the mean, on average", () => {
    const errors = Float64Array.from(
      { length: 200 },
      (_, i) => estimator(autoregression(substream(source, i), rho, n), { seed }).stderr ** 2,
    );
    const { value, stderr } = meanEstimate(errors, { seed });
    const truth = varianceOfMean(rho, n);
    expect(Math.abs(value - truth)).toBeLessThan(4 * stderr + 0.05 * truth);
  });
});

test("the plain interval of independent values fails where seriesMean does not", () => {
  let covered = 0;
  for (let i = 0; i < 400; i++) {
    const { low, high } = meanEstimate(autoregression(substream(source, i), 0.9, 1000), { seed });
    if (low <= 0 && 0 <= high) covered++;
  }
  expect(covered / 400).toBeLessThan(0.6);
});

suite("blockBootstrap", () => {
  test("covers the mean of an autoregression, and keeps its standard error", () => {
    const squares: number[] = [];
    covers(2000, (i) => {
      const own = substream(source, i);
      const values = autoregression(own, 0.5, 1000);
      const estimate = blockBootstrap([values], mean, {
        seed,
        uniform: uniforms(own),
        replicates: 200,
      });
      squares.push(estimate.stderr ** 2);
      return [estimate, 0];
    });
    const truth = varianceOfMean(0.5, 1000);
    expect(Math.abs(squares.reduce((a, b) => a + b) / squares.length / truth - 1)).toBeLessThan(
      0.12,
    );
  });

  test("with blocks of 1 gives the standard error of independent values", () => {
    const values = autoregression(source, 0, 400);
    const options = { seed, uniform: uniforms(source), block: 1, replicates: 20_000 };
    const ratio =
      blockBootstrap([values], mean, options).stderr / meanEstimate(values, { seed }).stderr;
    // The standard error of a standard deviation from R replicates is 1/√(2R).
    expect(Math.abs(ratio - 1)).toBeLessThan(4 / Math.sqrt(2 * 20_000));
  });

  test("keeps series that were observed together in step", () => {
    const x = autoregression(source, 0.5, 200).map((value) => value + 10);
    const estimate = blockBootstrap([x.map((value) => 3 * value), x], (a, b) => mean(a) / mean(b), {
      seed,
      uniform: uniforms(source),
    });
    expect(estimate.value).toBeCloseTo(3, 12);
    expect(estimate.stderr).toBeLessThan(1e-12);
    expect(estimate.method).toMatch(/^circular block bootstrap, 1000 × blocks of \d+$/);
  });

  test("chooses longer blocks for longer memories", () => {
    const short = blockLength(autoregression(source, 0, 4000));
    const long = blockLength(autoregression(source, 0.9, 4000));
    expect(short).toBeLessThan(8);
    // (6·4000)^⅓ (0.9/0.19)^⅔ = 81.3
    expect(Math.abs(long - 81.3)).toBeLessThan(25);
  });

  test("refuses what it cannot resample", () => {
    const options = { seed, uniform: () => 0.5 };
    expect(() => blockBootstrap([], mean, options)).toThrow(
      new RangeError("series must be at least 1, got 0"),
    );
    expect(() => blockBootstrap([[1, 2, 3, 4]], mean, { ...options, block: 5 })).toThrow(
      new RangeError("block must be an integer from 1 to 2, got 5"),
    );
    expect(() => seriesMean([1, 2, 3], { seed })).toThrow(
      new RangeError("samples must be at least 4 to give an autocorrelation time, got 3"),
    );
    expect(() => batchMeans([1, 2, 3], { seed, batches: 4 })).toThrow(
      new RangeError("batches must be an integer from 2 to the 3 values, got 4"),
    );
  });
});

test("percentile interpolates between order statistics", () => {
  expect([0, 0.25, 0.5, 1].map((p) => percentile([1, 2, 4], p))).toEqual([1, 1.5, 2, 4]);
});

/** xᵢ = ρxᵢ₋₁ + √(1 − ρ²) zᵢ, started in equilibrium: variance 1, autocorrelation ρ^lag. */
function autoregression(own: Stream, rho: number, n: number): Float64Array {
  const x = new Float64Array(n);
  fillNormal(own, 0, x);
  const innovation = Math.sqrt(1 - rho * rho);
  for (let i = 1; i < n; i++) x[i] = rho * x[i - 1] + innovation * x[i];
  return x;
}

/** (1/n) (1 + 2 Σₖ (1 − k/n) ρᵏ), summed. */
function varianceOfMean(rho: number, n: number): number {
  let sum = 1;
  for (let k = 1; k < n; k++) sum += 2 * (1 - k / n) * rho ** k;
  return sum / n;
}

function uniforms(own: Stream): () => number {
  const replicates = substream(own, "bootstrap");
  const buffer = new Float64Array(4096);
  let index = 0;
  return () => {
    if (index % buffer.length === 0) fillUniform(replicates, index, buffer);
    return buffer[index++ % buffer.length];
  };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const x of values) sum += x;
  return sum / values.length;
}
