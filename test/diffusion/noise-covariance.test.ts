import { describe, expect, test } from "vitest";
import {
  gradientNoise,
  type NoiseShape,
  weightNoise,
} from "../../src/diffusion/noise/anisotropic.ts";
import { factorNoise, matrixNoise } from "../../src/diffusion/noise/constant-matrix.ts";
import { constantNoise } from "../../src/diffusion/noise/constant.ts";
import { hessianNoise } from "../../src/diffusion/noise/hessian-shaped.ts";
import { graphNoise, isotropicNoise } from "../../src/diffusion/noise/isotropic.ts";
import type { GaussianNoise } from "../../src/diffusion/noise/noise.ts";
import { noNoise } from "../../src/diffusion/noise/none.ts";
import { quadraticMatrixNoise, quadraticNoise } from "../../src/diffusion/noise/quadratic.ts";
import { shiftedData } from "../../src/diffusion/noise/shifted-data.ts";
import { styblinskiTang } from "../../src/diffusion/potential/catalogue/styblinski-tang.ts";
import type { Potential } from "../../src/diffusion/potential/potential.ts";
import { eulerMaruyama } from "../../src/diffusion/scheme/euler-maruyama.ts";
import { add, mul, scalar } from "../../src/graph/index.ts";
import { coupled, coupledGradient, coupledHessian, shifts } from "./coupled.ts";
import { identity, product, type Rows, scatter, spectral, times, trace, transposed } from "./dense.ts"; // prettier-ignore
import { fieldOf, potentialOf } from "./landscapes.ts";
import { oneStep, stepCovariance } from "./one-step.ts";
import { covarianceOf } from "./simulate.ts";

const eta = 0.02;
const particles = 4096;

interface Case {
  readonly noise: GaussianNoise;
  readonly potential: Potential;
  readonly at: readonly number[];
  readonly parameters?: Readonly<Record<string, number>>;
  /** Covariance of a step. */
  readonly expected: Rows;
}

const M = [[2, 0.5, 0], [0.5, 1, -0.3], [0, -0.3, 0.7]]; // prettier-ignore
const F = [[1, 0.5], [0, 2], [-1, 1]]; // prettier-ignore
const place = [0.7, -0.4, 0.9, 0.2];
const at = (d: number) => place.slice(0, d);
const floored = (h: Rows, epsilon: number) => spectral(h, (l) => Math.sqrt(l * l + epsilon ** 2));

const samples = 12;
const problemOf = (d: number) => shiftedData(coupled(d), shifts(samples, d));
const moved = (d: number) =>
  Array.from({ length: samples }, (_, i) => at(d).map((x, k) => x - shifts(samples, d)[i * d + k]));
const sigma = (d: number) => scatter(moved(d).map(coupledGradient));
const hessian = (d: number): number[][] => {
  const each = moved(d).map(coupledHessian);
  return each[0].map((row, i) => row.map((_, j) => each.reduce((s, h) => s + h[i][j], 0) / samples)); // prettier-ignore
};

/** Of trace 1, by eigendecomposition. */
function unitShape(shape: NoiseShape, d: number): number[][] {
  switch (shape.kind) {
    case "isotropic":
      return times(1 / d, identity(d));
    case "diagonal":
      return sigma(d).map((row, i) => row.map((x, j) => (i === j ? x / trace(sigma(d)) : 0)));
    case "leading": {
      const kept = spectral(sigma(d), (l, k) => (k < shape.count ? l : 0));
      return times(1 / trace(kept), kept);
    }
    case "hessian": {
      const size = spectral(hessian(d), Math.abs);
      return times(1 / trace(size), size);
    }
    case "first-eigenvector":
      return spectral(hessian(d), (_, k) => (k === 0 ? 1 : 0));
  }
}

const shapes: readonly NoiseShape[] = [
  { kind: "isotropic" },
  { kind: "diagonal" },
  { kind: "leading", count: 1 },
  { kind: "leading", count: 2 },
  { kind: "leading", count: 20 },
  { kind: "hessian" },
  { kind: "first-eigenvector" },
];

function shapeCases(d: number): (readonly [string, Case])[] {
  const problem = problemOf(d);
  const base = { potential: problem.mean, at: at(d) };
  const sampled = trace(sigma(d));
  return shapes.flatMap((shape) => {
    const name = shape.kind === "leading" ? `leading ${shape.count}` : shape.kind;
    const unit = unitShape(shape, d);
    const gradient = (replacement: boolean) =>
      gradientNoise(problem, shape, { batchSize: 4, replacement });
    return [
      [`weights, ${name}, ${d}-D`, { ...base, noise: weightNoise(problem, shape, { trace: 0.01 }), expected: times(0.01, unit) }], // prettier-ignore
      [`gradient, ${name}, ${d}-D`, { ...base, noise: gradient(true), expected: times((eta ** 2 * sampled) / 4, unit) }], // prettier-ignore
      [`gradient without replacement, ${name}, ${d}-D`, { ...base, noise: gradient(false), expected: times(eta ** 2 * sampled * ((samples - 4) / (4 * (samples - 1))), unit) }], // prettier-ignore
    ] as const;
  });
}

const wave = graphNoise({
  formula: "[[1 + x, y], [0, x*y]]",
  dimension: 2,
  columns: 2,
  value: ([x, y]) => [
    [add(x, 1), y],
    [scalar(0, "float64"), mul(x, y)],
  ],
});
const waveAt = [[1.7, -0.4], [0, -0.28]]; // prettier-ignore
const stAt = [1.2, -2.9, 0.1, 2.7, 0.5, -1, 1.6];

const cases: readonly (readonly [string, Case])[] = [
  ["none", { noise: noNoise, potential: coupled(2), at: at(2), expected: times(0, identity(2)) }],
  ["constant", { noise: constantNoise(0.3), potential: coupled(3), at: at(3), expected: times(0.6 * eta, identity(3)) }], // prettier-ignore
  ["constant, as an argument", { noise: constantNoise(0.3), potential: coupled(2), at: at(2), parameters: { diffusion: 2 }, expected: times(4 * eta, identity(2)) }], // prettier-ignore
  ["matrix", { noise: matrixNoise(M), potential: coupled(3), at: at(3), parameters: { diffusion: 3 }, expected: times(6 * eta, M) }], // prettier-ignore
  ["factor", { noise: factorNoise(F), potential: coupled(3), at: at(3), expected: times(eta, product(F, transposed(F))) }], // prettier-ignore
  ["isotropic by a formula", { noise: isotropicNoise(fieldOf("0.1 + x^2", 2)), potential: coupled(2), at: at(2), expected: times(2 * eta * 0.59, identity(2)) }], // prettier-ignore
  ["any factor", { noise: wave, potential: coupled(2), at: at(2), expected: times(eta, product(waveAt, transposed(waveAt))) }], // prettier-ignore
  ["hessian, 1-D", { noise: hessianNoise({ batchSize: 2, floor: 0.5 }), potential: potentialOf("x^4/4 - x^2/2"), at: [0.4], expected: [[(eta ** 2 / 2) * Math.hypot(0.52, 0.5)]] }], // prettier-ignore
  ...[2, 3, 4].map((d) => [`hessian, ${d}-D`, { noise: hessianNoise({ batchSize: 2, floor: 0.5 }), potential: coupled(d), at: at(d), expected: times(eta ** 2 / 2, floored(coupledHessian(at(d)), 0.5)) }] as const), // prettier-ignore
  ["hessian, diagonal, 7-D", { noise: hessianNoise({ batchSize: 3, floor: 2 }), potential: styblinskiTang(7), at: stAt, expected: stAt.map((x, i) => stAt.map((_, j) => (i === j ? (eta ** 2 / 3) * Math.hypot(6 * x * x - 16, 2) : 0))) }], // prettier-ignore
  ["quadratic", { noise: quadraticNoise({ sigmaG: 1, sigmaH: 0.5, rho: -0.4, center: 0.1 }), potential: potentialOf("x^2"), at: [1.1], expected: [[eta ** 2 * (1 - 0.8 + 0.5)]] }], // prettier-ignore
  ["quadratic, 2-D", { noise: quadraticMatrixNoise({ gradientCovariance: [[2, 0], [0, 1]], curvatureCovariance: [[1, 0], [0, 3]], center: [0.2, 0] }), potential: coupled(2), at: at(2), parameters: { sigmaG: 2, sigmaH: 0.5 }, expected: times(eta ** 2 * (2 + 0.5 * (0.5 * 0.25 + 3 * 0.16)), [[2, 0], [0, 1]]) }], // prettier-ignore
  ...shapeCases(2),
  ...shapeCases(3),
];
// What differs by a number alone is compiled once.
const simulated = cases.filter(
  ([name]) => !/^gradient|, 3-D$/.test(name) || name.startsWith("hessian"),
);

describe("covariance of a step, by pushing unit normals through it", () => {
  test.each(cases)(
    "%s: the dense matrix to 1e-12",
    (_, { noise, potential, at: from, parameters = {}, expected }) => {
      const { covariance } = stepCovariance(
        { noise, potential, scheme: eulerMaruyama },
        { eta, ...parameters },
        from,
      );
      const size = Math.max(1e-300, trace(expected));
      covariance.forEach((row, i) =>
        row.forEach((x, j) => expect(Math.abs(x - expected[i][j])).toBeLessThan(1e-12 * size)),
      );
    },
  );
});

describe("covariance of a step, by 4096 particles of the kernel", () => {
  test.each(simulated)(
    "%s: within 4 standard errors",
    (_, { noise, potential, at: from, parameters = {}, expected }) => {
      const options = { noise, potential, scheme: eulerMaruyama };
      const after = oneStep(options, { eta, ...parameters }, from, particles);
      expected.forEach((row, i) =>
        row.forEach((x, j) => {
          const { value, stderr } = covarianceOf(after[i], after[j]);
          expect(Math.abs(value - x)).toBeLessThanOrEqual(4 * stderr + 1e-20);
        }),
      );
    },
  );
});

test("the traces of all weight noises are the one that is asked for, of all gradient noises SGD's", () => {
  const problem = problemOf(2);
  for (const shape of shapes) {
    const traceOf = (noise: GaussianNoise) =>
      trace(stepCovariance({ noise, potential: problem.mean, scheme: eulerMaruyama }, { eta }, at(2)).covariance); // prettier-ignore
    expect(traceOf(weightNoise(problem, shape, { trace: 0.01 }))).toBeCloseTo(0.01, 15);
    const gradient = gradientNoise(problem, shape, { batchSize: 2, replacement: true });
    expect(traceOf(gradient) / eta ** 2).toBeCloseTo(trace(sigma(2)) / 2, 12);
  }
});
