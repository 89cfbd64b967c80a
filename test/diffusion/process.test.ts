// What a process makes of its parts: the drift of each convention, walls, bridges, and refusals.
import { describe, expect, test } from "vitest";
import { gradientNoise, weightNoise } from "../../src/diffusion/noise/anisotropic.ts";
import { batchNoise } from "../../src/diffusion/noise/batch.ts";
import { factorNoise, matrixNoise } from "../../src/diffusion/noise/constant-matrix.ts";
import { constantNoise } from "../../src/diffusion/noise/constant.ts";
import { hessianNoise } from "../../src/diffusion/noise/hessian-shaped.ts";
import { graphNoise, isotropicNoise } from "../../src/diffusion/noise/isotropic.ts";
import { levyNoise } from "../../src/diffusion/noise/levy.ts";
import type { GaussianNoise } from "../../src/diffusion/noise/noise.ts";
import { noNoise } from "../../src/diffusion/noise/none.ts";
import { quadraticMatrixNoise, quadraticNoise } from "../../src/diffusion/noise/quadratic.ts";
import { shiftedData } from "../../src/diffusion/noise/shifted-data.ts";
import { styblinskiTang } from "../../src/diffusion/potential/catalogue/styblinski-tang.ts";
import { diffusionProcess, type ProcessOptions } from "../../src/diffusion/process/process.ts";
import { baoab } from "../../src/diffusion/scheme/baoab.ts";
import { eulerMaruyama } from "../../src/diffusion/scheme/euler-maruyama.ts";
import { stochasticHeun } from "../../src/diffusion/scheme/heun.ts";
import { milstein } from "../../src/diffusion/scheme/milstein.ts";
import { sgd } from "../../src/diffusion/scheme/sgd.ts";
import type { Convention } from "../../src/diffusion/theory/convention.ts";
import { add, mul, scalar } from "../../src/graph/index.ts";
import { coupled, coupledGradient } from "./coupled.ts";
import { fieldOf, potentialOf } from "./landscapes.ts";
import { stepCovariance } from "./one-step.ts";
import { hostStep, simulate } from "./simulate.ts";

const wave = graphNoise({
  formula: "[[1 + x, y], [0.5, x*y]]",
  dimension: 2,
  columns: 2,
  value: ([x, y]) => [
    [add(x, 1), y],
    [scalar(0.5, "float64"), mul(x, y)],
  ],
});

/** The drift by a step without its normals, and B by unit normals, for η = 1. */
function probe(noise: GaussianNoise, convention: Convention, dimension: number) {
  const process = diffusionProcess({ potential: coupled(dimension), noise, scheme: eulerMaruyama, convention, target: "continuous" }); // prettier-ignore
  const step = hostStep(process, { eta: 1 });
  const columns = process.recursion.normals.length;
  const unit = (j: number) => Array.from({ length: columns }, (_, k) => (k === j ? 1 : 0));
  return {
    drift: (x: readonly number[]) => x.map((xi, i) => step(x, unit(-1))[i] - xi),
    column: (x: readonly number[], j: number) => {
      const still = step(x, unit(-1)).slice();
      return step(x, unit(j)).map((xi, i) => xi - still[i]);
    },
  };
}

describe.each([
  ["any factor", wave, [0.7, -0.4]],
  ["hessian, 2-D", hessianNoise({ batchSize: 2, floor: 0.5 }), [0.7, -0.4]],
  ["hessian, 3-D", hessianNoise({ batchSize: 2, floor: 0.5 }), [0.7, -0.4, 0.9]],
] as const)("drift with %s, against central differences", (_, noise, x) => {
  const { column } = probe(noise, "ito", x.length);
  const h = 1e-5;
  const along = (f: (y: number[]) => ArrayLike<number>, v: ArrayLike<number>) => {
    const [up, down] = [h, -h].map((s) => Array.from(f(x.map((xi, i) => xi + s * v[i]))));
    return up.map((u, i) => (u - down[i]) / (2 * h));
  };
  const beyondDescent = (convention: Convention) => {
    const gradient = coupledGradient(x);
    return probe(noise, convention, x.length).drift(x).map((a, i) => a + gradient[i]); // prettier-ignore
  };
  const unit = (k: number) => x.map((_unused, i) => (i === k ? 1 : 0));

  test("ito: −∇V", () => {
    for (const extra of beyondDescent("ito")) expect(extra).toBeCloseTo(0, 12);
  });

  test("stratonovich: ½ Σⱼ (∂bⱼ)bⱼ more", () => {
    const sum = x.map(() => 0);
    x.forEach((_unused, j) => {
      const moved = along((y) => column(y, j), column(x, j));
      moved.forEach((m, i) => (sum[i] += m / 2));
    });
    beyondDescent("stratonovich").forEach((extra, i) => expect(extra).toBeCloseTo(sum[i], 7));
  });

  test("anti-ito: ∇·D more", () => {
    const rowOfD = (y: number[], k: number) =>
      x.map((_unused, i) =>
        x.reduce((s, _also, j) => s + (column(y, j)[i] * column(y, j)[k]) / 2, 0),
      );
    const sum = x.map(() => 0);
    x.forEach((_unused, k) => along((y) => rowOfD(y, k), unit(k)).forEach((m, i) => (sum[i] += m)));
    beyondDescent("anti-ito").forEach((extra, i) => expect(extra).toBeCloseTo(sum[i], 7));
  });
});

test("velocities double the state; a wall turns the velocity with the position", () => {
  const process = diffusionProcess({
    potential: potentialOf("0*x", 1),
    noise: noNoise,
    scheme: baoab(1e-12),
    walls: [{ coordinate: 0, at: -1, keeps: "above" }],
    target: "continuous",
  });
  expect([process.dimension, process.stateSize]).toEqual([1, 2]);
  expect(process.parameterNames).toEqual(["eta", "friction"]);
  const [x, v] = hostStep(process, { eta: 0.5 })([-0.9, -2], []);
  expect(x).toBeCloseTo(-0.1, 10);
  expect(v).toBeCloseTo(2, 10);
});

test("a half-space is bridged for Gaussian noise of the positions of a continuous process alone", () => {
  const bridged = (options: Partial<ProcessOptions>) =>
    diffusionProcess({
      potential: potentialOf("x^2/2"),
      noise: constantNoise(1),
      scheme: eulerMaruyama,
      exit: { kind: "half-space", normal: [1], offset: 1 },
      target: "continuous",
      ...options,
    }).bridged;
  expect(bridged({})).toBe(true);
  expect(bridged({ target: "discrete" })).toBe(false);
  expect(bridged({ noise: noNoise })).toBe(false);
  expect(bridged({ noise: levyNoise(1.5, 1) })).toBe(false);
  expect(bridged({ scheme: baoab(1) })).toBe(false);
  expect(bridged({ exit: { kind: "level", level: 1 } })).toBe(false);
});

test("Milstein's scheme takes a separable landscape's Hessian noise in many coordinates", () => {
  const options = { potential: styblinskiTang(7), noise: hessianNoise({ batchSize: 1, floor: 1 }), scheme: milstein }; // prettier-ignore
  const { covariance } = stepCovariance(options, { eta: 0.01 }, [1, 2, 3, 0, -1, -2, -3]);
  expect(covariance[0][1]).toBe(0);
  expect(covariance[0][0]).toBeGreaterThan(0);
});

test("Hessian noise of six coupled coordinates is a kernel", () => {
  const terms = Array.from({ length: 6 }, (_, i) => `x${i + 1}^4/4 + x${i + 1}*x${((i + 1) % 6) + 1}/3`); // prettier-ignore
  const process = diffusionProcess({
    potential: potentialOf(terms.join(" + ")),
    noise: hessianNoise({ batchSize: 1, floor: 0.1 }),
    scheme: eulerMaruyama,
    target: "continuous",
  });
  const [x] = simulate(process, { parameters: { eta: 1e-4 }, start: [1, 0.5, 0, -0.5, -1, 0.2], particles: 8, burnIn: 4, seed: "81", precision: "f32" }); // prettier-ignore
  expect(x.every((v) => Math.abs(v - 1) < 0.2 && v !== 1)).toBe(true);
});

describe("what does not fit is refused", () => {
  const square = potentialOf("x^2/2");
  const pair = coupled(2);
  const problem = shiftedData(pair, Float64Array.of(0, 0, 1, 1));
  const build =
    (options: Partial<ProcessOptions>): (() => unknown) =>
    () =>
      diffusionProcess({
        potential: square,
        noise: constantNoise(1),
        scheme: eulerMaruyama,
        target: "discrete",
        ...options,
      });
  const batches = batchNoise(problem, { batchSize: 1, replacement: true });
  const waving = isotropicNoise(fieldOf("1 + x^2"));

  test.each<readonly [string, () => unknown]>([
    ["euler-maruyama takes noise that is gaussian or levy, got sgd, which is batch", build({ potential: pair, noise: batches })],
    ["milstein takes noise that is gaussian, got levy, which is levy", build({ noise: levyNoise(1, 1), scheme: milstein })],
    ["quadratic noise is of 1 coordinate, got formula of 2", build({ potential: pair, noise: quadraticNoise({ sigmaG: 1, sigmaH: 1 }) })],
    ["sgd is a discrete recursion, got the target continuous", build({ scheme: sgd, target: "continuous" })],
    ["sgd takes its noise at the start of a step, which is ito, got the convention anti-ito", build({ scheme: sgd, noise: waving, convention: "anti-ito" })],
    ["levy noise is ito, got the convention stratonovich", build({ noise: levyNoise(1, fieldOf("1 + x^2")), convention: "stratonovich" })],
    ["baoab drives velocities, for which all conventions are one, got the convention anti-ito", build({ noise: waving, scheme: baoab(1), convention: "anti-ito" })],
    ["milstein takes noise that is constant or diagonal, each entry a function of its coordinate alone, got isotropic in 2 coordinates", build({ potential: pair, noise: isotropicNoise(fieldOf("1 + x^2", 2)), scheme: milstein })],
    ["coordinate of a wall must be from 0 to 0, got 1", build({ walls: [{ coordinate: 1, at: 0, keeps: "above" }] })],
    ["a wall must be finite, got NaN", build({ walls: [{ coordinate: 0, at: NaN, keeps: "above" }] })],
    ["the normal of a half-space must have 1 entries, got 2", build({ exit: { kind: "half-space", normal: [1, 0], offset: 0 } })],
    ["the normal of a half-space must not be 0", build({ exit: { kind: "half-space", normal: [0], offset: 0 } })],
    ["the radius of a ball must be a positive number, got 0", build({ exit: { kind: "ball", centre: [0], radius: 0 } })],
    ["a level must be finite, got Infinity", build({ exit: { kind: "level", level: Infinity } })],
    ["a parameter must have one meaning, got diffusion = 2 of levy and 1", () => diffusionProcess({ potential: { ...square, parameters: { diffusion: 1 } }, noise: levyNoise(1, 2), scheme: eulerMaruyama, target: "discrete" })],
    ["diffusion must be a number of at least 0, got -1", () => constantNoise(-1)],
    ["diffusion must be symmetric and finite, got 1 at 0, 1 and 2 at 1, 0", () => matrixNoise([[1, 1], [2, 1]])],
    ["diffusion must have no negative eigenvalue, got -1", () => matrixNoise([[1, 0], [0, -1]])],
    ["rows of a factor must have one length, got 1 in row 1 after 2", () => factorNoise([[1, 0], [1]])],
    ["floor of the curvature must be a number of at least 0, got -1", () => hessianNoise({ batchSize: 1, floor: -1 })],
    ["batch size must be a positive number, got 0", () => hessianNoise({ batchSize: 0, floor: 1 })],
    ["a variance must be at least 0 everywhere: sigmaG, sigmaH and sigmaG·sigmaH - rho² at least 0, got 1, 1 and rho 2", () => quadraticNoise({ sigmaG: 1, sigmaH: 1, rho: 2 })],
    ["gradient and curvature covariance must commute", () => quadraticMatrixNoise({ gradientCovariance: [[2, 0], [0, 1]], curvatureCovariance: [[1, 0.5], [0.5, 1]] })],
    ["trace must be a number of at least 0, got -1", () => weightNoise(problem, { kind: "isotropic" }, { trace: -1 })],
    ["count of leading eigenpairs must be a positive integer, got 0", () => weightNoise(problem, { kind: "leading", count: 0 }, { trace: 1 })],
    ["a batch without replacement must be of at most the 2 samples, 2 at least, got 3", () => gradientNoise(problem, { kind: "diagonal" }, { batchSize: 3, replacement: false })],
    ["friction must be a positive number, got 0", () => baoab(0)],
    ["a function of a matrix takes at most 6 coordinates, or a diagonal matrix, got 7", build({ potential: potentialOf("(x1 + x2 + x3 + x4 + x5 + x6 + x7)^4"), noise: hessianNoise({ batchSize: 1, floor: 1 }) })],
  ])("%s", (message, attempt) => { expect(attempt).toThrow(message); }); // prettier-ignore

  test("a scheme of any kind takes constant noise of several coordinates", () => {
    for (const scheme of [milstein, stochasticHeun, baoab(1)])
      expect(build({ potential: pair, noise: matrixNoise([[2, 1], [1, 2]]), scheme })).not.toThrow(); // prettier-ignore
  });
});
