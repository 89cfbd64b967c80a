import { expect, suite, test } from "vitest";
import {
  denseOperator,
  effectiveDimension,
  eigenpairs,
  type Eigenpair,
  logDeterminant,
  type SmoothedDensity,
  smoothDensity,
  spectralDensity,
  spectralQuadrature,
  spectralSum,
} from "../../src/measure/index.ts";
import { norm } from "../../src/numeric/index.ts";
import { fillNormal, stream } from "../../src/random/index.ts";
import { diagonal, range, rotated, spectrum, wishart } from "./spectra-matrices.ts";

const draws = stream("11", "density");
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((s, x) => s + x, 0);

/** ∫ over the axis by the trapezoid rule. */
function mass({ position, density }: SmoothedDensity, from = -Infinity, to = Infinity): number {
  let total = 0;
  for (let k = 1; k < position.length; k++) {
    const middle = (position[k] + position[k - 1]) / 2;
    if (middle < from || middle > to) continue;
    total += ((density[k] + density[k - 1]) / 2) * (position[k] - position[k - 1]);
  }
  return total;
}

const clusters = rotated(range(0, 99).map((i) => (i < 50 ? 1 : 5) + 0.1 * Math.sin(7 * i)));

suite("spectralQuadrature", () => {
  test("weights of every probe sum to 1, nodes lie within the spectrum", async () => {
    const a = wishart(60, 90);
    const exact = spectrum(a);
    const { probes, products } = await spectralQuadrature(denseOperator(a, 60), draws, {
      probes: 5,
      steps: 20,
    });
    expect([probes.length, products]).toEqual([5, 100]);
    for (const { nodes, weights } of probes) {
      expect(Math.abs(sum(weights) - 1)).toBeLessThan(1e-12);
      expect([...nodes]).toEqual([...nodes].toSorted((x, y) => x - y));
      expect(nodes[0]).toBeGreaterThan(exact[0] - 1e-12);
      expect(nodes.at(-1)!).toBeLessThan(exact.at(-1)! + 1e-12);
    }
  });

  test("probes are independent of how many there are", async () => {
    const operator = denseOperator(clusters, 100);
    const two = await spectralQuadrature(operator, draws, { probes: 2, steps: 8 });
    const three = await spectralQuadrature(operator, draws, { probes: 3, steps: 8 });
    expect(three.probes.slice(0, 2)).toEqual(two.probes);
  });

  test("deflated eigenvalues appear once, and never among the nodes", async () => {
    const a = rotated([50, 40, -9, ...range(1, 47).map((i) => i / 47)]);
    const operator = denseOperator(a, 50);
    const { top, bottom } = await eigenpairs(operator, draws, {
      top: 2,
      bottom: 1,
      tolerance: 1e-8,
    });
    const deflate = [...top, ...bottom];
    const { probes, deflated } = await spectralQuadrature(operator, draws, {
      deflate,
      steps: 50,
      probes: 4,
    });
    expect(deflated.map(Math.round)).toEqual([50, 40, -9]);
    for (const { nodes, weights } of probes) {
      expect(Math.abs(sum(weights) - 1)).toBeLessThan(1e-12);
      nodes.forEach((node, i) => {
        if (weights[i] > 1e-14) expect(Math.abs(node - 0.5)).toBeLessThan(0.51);
      });
    }
  });

  test("refuses what makes no sense", async () => {
    const operator = denseOperator(diagonal([1, 2]), 2);
    const pair: Eigenpair = { value: 1, vector: Float64Array.of(1, 0), residual: 0 };
    for (const [options, message] of [
      [{ probes: 0 }, "probes must be a positive integer, got 0"],
      [{ steps: 1.5 }, "steps must be a positive integer, got 1.5"],
      [
        { deflate: [pair, { ...pair, vector: Float64Array.of(0, 1) }] },
        "deflated pairs must be fewer than the dimension 2, got 2",
      ],
    ] as const)
      await expect(spectralQuadrature(operator, draws, options)).rejects.toThrow(
        new RangeError(message),
      );
  });
});

suite("spectralDensity", () => {
  test("from a written start vector with all steps is the exact smoothed measure on 200 points", async () => {
    const a = wishart(24, 40);
    const start = new Float64Array(24);
    fillNormal(draws, 0, start);
    const sigma = 0.07;
    const grid = range(0, 199).map((i) => -0.5 + i / 40);
    const { density, samples } = await spectralDensity(denseOperator(a, 24), draws, {
      starts: [start],
      steps: 24,
      grid,
      bandwidth: sigma,
    });
    expect(samples).toBe(1);
    // Eigenvectors by Lanczos itself would be no oracle: by the resolvent-free identity
    // Σ (uᵀvᵢ)² φ(λ − λᵢ), with (uᵀvᵢ)² from all eigenpairs.
    const { top } = await eigenpairs(denseOperator(a, 24), draws, { top: 24, tolerance: 1e-9 });
    const length = norm(start);
    grid.forEach((lambda, k) => {
      let expected = 0;
      for (const { value, vector } of top) {
        const w = (sum(vector.map((x, i) => x * start[i])) / length) ** 2;
        const z = (lambda - value) / sigma;
        expected += (w * Math.exp(-0.5 * z * z)) / (sigma * Math.sqrt(2 * Math.PI));
      }
      expect(Math.abs(density[k] - expected)).toBeLessThan(1e-9);
    });
  });

  test.each([
    ["linear", {}],
    ["PyHessian's", { bandwidth: "pyhessian", grid: 10_000 }],
    ["log", { axis: "log" }],
  ] as const)("integrates to 1, %s", async (_, options) => {
    const density = await spectralDensity(denseOperator(wishart(60, 90), 60), draws, {
      probes: 6,
      steps: 30,
      ...options,
    });
    expect(Math.abs(mass(density) - 1)).toBeLessThan(0.01);
  });

  test("two clusters hold half of the mass each, and peak where they are", async () => {
    const density = await spectralDensity(denseOperator(clusters, 100), draws, {
      probes: 10,
      steps: 30,
      bandwidth: 0.15,
    });
    expect(Math.abs(mass(density, -Infinity, 3) - 0.5)).toBeLessThan(0.15);
    expect(Math.abs(mass(density, 3) - 0.5)).toBeLessThan(0.15);
    for (const [from, to, centre] of [
      [0, 3, 1],
      [3, 6, 5],
    ]) {
      const inside = [...density.grid.keys()].filter(
        (k) => density.grid[k] > from && density.grid[k] < to,
      );
      const peak = inside.reduce((a, b) => (density.density[b] > density.density[a] ? b : a));
      expect(Math.abs(density.grid[peak] - centre)).toBeLessThan(0.3);
    }
  });

  test("a flat spectrum is flat inside", async () => {
    const a = rotated(range(0, 199).map((i) => i / 199));
    const { grid, density } = await spectralDensity(denseOperator(a, 200), draws, {
      probes: 20,
      steps: 50,
      bandwidth: 0.05,
    });
    const inside = density.filter((_, k) => grid[k] > 0.15 && grid[k] < 0.85);
    expect(Math.min(...inside)).toBeGreaterThan(0.5 * Math.max(...density));
  });

  test("its band covers the smoothed spectrum, which it is within four errors of", async () => {
    const a = rotated(range(0, 119).map((i) => 3 * Math.sin(i)));
    const exact = spectrum(a);
    const sigma = 0.2;
    const result = await spectralDensity(denseOperator(a, 120), draws, {
      probes: 30,
      steps: 60,
      bandwidth: sigma,
    });
    let covered = 0;
    result.grid.forEach((lambda, k) => {
      const truth =
        sum(exact.map((x) => Math.exp(-0.5 * ((lambda - x) / sigma) ** 2))) /
        (120 * sigma * Math.sqrt(2 * Math.PI));
      if (truth > 1e-6)
        expect(Math.abs(result.density[k] - truth)).toBeLessThan(4.5 * result.stderr[k]);
      if (result.low[k] <= truth && truth <= result.high[k]) covered++;
    });
    // Neighbours resemble each other: about ten independent places.
    expect(covered / result.grid.length).toBeGreaterThan(0.75);
    expect(result).toMatchObject({ samples: 30, level: 0.95, seed: "11", bandwidth: sigma });
  });

  test("the bandwidth of PyHessian is its rule, on its range", async () => {
    const wide = await spectralQuadrature(denseOperator(diagonal([-50, 0, 350]), 3), draws);
    expect(smoothDensity(wide, { bandwidth: "pyhessian" }).bandwidth).toBeCloseTo(
      0.02 * Math.sqrt(10),
      12,
    );
    const narrow = await spectralQuadrature(denseOperator(diagonal([0, 0.1]), 2), draws);
    expect(smoothDensity(narrow, { bandwidth: "pyhessian" }).bandwidth).toBeCloseTo(
      Math.sqrt(1e-5),
      12,
    );
  });

  test("on a signed log axis orders of magnitude and signs come apart", async () => {
    const values = [1000, 1000, 1, 1, 0, 0, 0, 0, -10, -10];
    const density = await spectralDensity(denseOperator(rotated(values), 10), draws, {
      axis: "log",
      probes: 200,
      steps: 10,
      threshold: 0.01,
    });
    const log = (x: number) => Math.sign(x) * Math.log10(1 + Math.abs(x) / 0.01);
    for (const [value, share] of [
      [1000, 0.2],
      [1, 0.2],
      [0, 0.4],
      [-10, 0.2],
    ])
      expect(Math.abs(mass(density, log(value) - 0.5, log(value) + 0.5) - share)).toBeLessThan(
        0.06,
      );
    density.grid.forEach((lambda, k) => expect(log(lambda)).toBeCloseTo(density.position[k], 10));
    expect(density.threshold).toBe(0.01);
  });

  test("refuses what makes no sense", async () => {
    const quadrature = await spectralQuadrature(denseOperator(diagonal([1, 2]), 2), draws);
    for (const [options, message] of [
      [{ bandwidth: 0 }, "bandwidth must be positive, got 0"],
      [{ grid: 1 }, "grid must have at least 2 points, got 1"],
      [{ threshold: -1 }, "threshold must be positive, got -1"],
      [{ level: 95 }, "level must be between 0 and 1, got 95"],
      [
        { axis: "log", bandwidth: "pyhessian" },
        "the bandwidth of pyhessian must go with axis linear, got log",
      ],
    ] as const)
      expect(() => smoothDensity(quadrature, options)).toThrow(new RangeError(message));
  });
});

suite("spectralSum", () => {
  const a = wishart(60, 90);
  const exact = spectrum(a);
  const operator = denseOperator(a, 60);

  test.each([
    ["x", (x: number) => x],
    ["x³", (x: number) => x ** 3],
    ["√x", Math.sqrt],
    ["exp(−x)", (x: number) => Math.exp(-x)],
  ])("of %s is within four errors, with and without deflation", async (_, f) => {
    const { top } = await eigenpairs(operator, draws, { top: 5, tolerance: 1e-8 });
    const truth = sum(exact.map(f));
    for (const deflate of [[], top]) {
      const quadrature = await spectralQuadrature(operator, draws, {
        probes: 30,
        steps: 30,
        deflate,
      });
      const estimate = spectralSum(quadrature, f);
      expect(Math.abs(estimate.value - truth)).toBeLessThan(4 * estimate.stderr);
      expect(estimate).toMatchObject({ samples: 30, seed: "11", level: 0.95 });
    }
  });

  test("deflation lowers the error where few eigenvalues carry the sum", async () => {
    const spiked = denseOperator(rotated([300, 200, ...range(1, 58).map((i) => i / 58)]), 60);
    const { top } = await eigenpairs(spiked, draws, { top: 2, tolerance: 1e-8 });
    const [plain, deflated] = await Promise.all(
      [[], top].map(async (deflate) =>
        spectralSum(await spectralQuadrature(spiked, draws, { deflate, steps: 30 }), (x) => x),
      ),
    );
    expect(deflated.stderr).toBeLessThan(0.02 * plain.stderr);
    expect(Math.abs(deflated.value - 529.5)).toBeLessThan(4 * deflated.stderr);
  });

  test("is exact for constants, whatever the probes", async () => {
    const quadrature = await spectralQuadrature(operator, draws, { probes: 2, steps: 3 });
    const { value, stderr } = spectralSum(quadrature, () => 2);
    expect(value).toBeCloseTo(120, 10);
    expect(stderr).toBeLessThan(1e-12);
  });

  test("the log-determinant and the effective dimension are those of the eigenvalues", async () => {
    const shift = 0.1;
    const quadrature = await spectralQuadrature(operator, draws, { probes: 40, steps: 40 });
    const det = logDeterminant(quadrature, shift);
    const truth = sum(exact.map((x) => Math.log(x + shift)));
    expect(Math.abs(det.value - truth)).toBeLessThan(4 * det.stderr);
    const dimension = effectiveDimension(quadrature, shift);
    const effective = sum(exact.map((x) => x / (x + shift)));
    expect(Math.abs(dimension.value - effective)).toBeLessThan(4 * dimension.stderr);
    expect(det.method).toContain("log-determinant");
  });

  test("the log-determinant is refused where the shift leaves a negative eigenvalue", async () => {
    const indefinite = denseOperator(diagonal([-2, 1, 3]), 3);
    const quadrature = await spectralQuadrature(indefinite, draws, { steps: 3 });
    expect(() => logDeterminant(quadrature, 1.5)).toThrow(
      /^the shift must make the operator positive definite, got 1.5 where an eigenvalue is at most -(2|1\.9{6,}\d*|2\.0{6,}\d*)$/,
    );
    expect(() => effectiveDimension(quadrature, 1)).toThrow("positive definite, got 1");
    // log 0.5 + log 3.5 + log 5.5
    expect(logDeterminant(quadrature, 2.5).low).toBeLessThan(Math.log(0.5 * 3.5 * 5.5));
  });

  test("refuses one probe, and functions that are not finite on the spectrum", async () => {
    const one = await spectralQuadrature(operator, draws, { probes: 1, steps: 3 });
    expect(() => spectralSum(one, (x) => x)).toThrow(
      new RangeError("samples must be at least 2 to give an error bar of a mean, got 1"),
    );
    const zero = await spectralQuadrature(denseOperator(diagonal([0, 0]), 2), draws);
    expect(() => spectralSum(zero, Math.log)).toThrow(
      new RangeError("the function must be finite on the spectrum, got -Infinity at 0"),
    );
  });
});
