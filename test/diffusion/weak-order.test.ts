// Means of functions, without a random number: the one-step map is integrated over its normal by
// Gauss and Hermite's rule.
import { describe, expect, test } from "vitest";
import { constantNoise } from "../../src/diffusion/noise/constant.ts";
import { graphNoise, isotropicNoise } from "../../src/diffusion/noise/isotropic.ts";
import type { GaussianNoise } from "../../src/diffusion/noise/noise.ts";
import { diffusionProcess } from "../../src/diffusion/process/process.ts";
import { baoab } from "../../src/diffusion/scheme/baoab.ts";
import { eulerMaruyama } from "../../src/diffusion/scheme/euler-maruyama.ts";
import { stochasticHeun } from "../../src/diffusion/scheme/heun.ts";
import { milstein } from "../../src/diffusion/scheme/milstein.ts";
import type { Scheme } from "../../src/diffusion/scheme/scheme.ts";
import { conventionWeight, type Convention } from "../../src/diffusion/theory/convention.ts";
import { mul } from "../../src/graph/index.ts";
import { symmetricEigen } from "../../src/numeric/index.ts";
import { product, type Rows, times, transposed } from "./dense.ts";
import { fieldOf, potentialOf } from "./landscapes.ts";
import { hostStep } from "./simulate.ts";

const schemes: readonly Scheme[] = [eulerMaruyama, milstein, stochasticHeun];
const time = 1;
const halvings = [3, 4, 5, 6];

/** Nodes and weights of ∫ f(z) e^(−z²/2)/√(2π) dz, by the eigenvalues of the recurrence. */
function hermite(n: number): { readonly nodes: Float64Array; readonly weights: Float64Array } {
  const jacobi = new Float64Array(n * n);
  for (let k = 1; k < n; k++) jacobi[k * n + k - 1] = jacobi[(k - 1) * n + k] = Math.sqrt(k);
  const { values, vectors } = symmetricEigen(jacobi, n);
  return { nodes: values, weights: values.map((_, k) => vectors[k * n] ** 2) };
}

const rule = hermite(24);

test("the rule integrates even powers to their moments", () => {
  const moment = (p: number) => rule.weights.reduce((s, w, k) => s + w * rule.nodes[k] ** p, 0);
  expect(moment(0)).toBeCloseTo(1, 13);
  expect(moment(2)).toBeCloseTo(1, 13);
  expect(moment(8)).toBeCloseTo(105, 9);
});

/** log₂ of the ratio of errors at the two finest steps. */
function finalOrder(errorAt: (h: number) => number): number {
  const errors = halvings.map((level) => errorAt(time / 2 ** level));
  return Math.log2(errors[errors.length - 2] / errors[errors.length - 1]);
}

// On the circle, with trigonometric interpolation at n points: E f(x_T) is a power of one matrix.
const n = 33;
const grid = Array.from({ length: n }, (_, i) => (2 * Math.PI * i) / n);

/** Row of the weights with which the values at the grid give that at y. */
function interpolation(y: number): number[] {
  return grid.map((x) => {
    const half = (y - x) / 2;
    const s = Math.sin(half);
    return Math.abs(s) < 1e-14 ? 1 : Math.sin(n * half) / (n * s);
  });
}

function stepMatrix(scheme: Scheme, noise: GaussianNoise, convention: Convention, h: number): Rows {
  const process = diffusionProcess({ potential: potentialOf("cos(x)"), noise, scheme, convention, target: "continuous" }); // prettier-ignore
  const step = hostStep(process, { eta: h });
  return grid.map((x) => {
    const row = new Float64Array(n);
    rule.nodes.forEach((z, k) => {
      const [y] = step([x], [z]);
      interpolation(y).forEach((s, i) => (row[i] += rule.weights[k] * s));
    });
    return [...row];
  });
}

function power(m: Rows, exponent: number): Rows {
  if (exponent === 1) return m;
  const half = power(m, Math.floor(exponent / 2));
  const squared = product(half, half);
  return exponent % 2 === 0 ? squared : product(squared, m);
}

/** e^(tL), L = (−V′ + αD′)∂ + D∂², by collocation, scaling and squaring. */
function semigroup(d: (x: number) => number, slope: (x: number) => number, alpha: number): Rows {
  const derivative = (i: number, j: number) =>
    i === j ? 0 : ((i - j) % 2 === 0 ? 0.5 : -0.5) / Math.sin((grid[i] - grid[j]) / 2);
  const first = grid.map((_, i) => grid.map((__, j) => derivative(i, j)));
  const second = product(first, first);
  const halved = 2 ** -14;
  const generator = grid.map(
    (x, i) =>
    grid.map((_, j) => halved * time * ((Math.sin(x) + alpha * slope(x)) * first[i][j] + d(x) * second[i][j])), // prettier-ignore
  );
  let term: Rows = grid.map((_, i) => grid.map((__, j) => (i === j ? 1 : 0)));
  let sum = term;
  for (let k = 1; k < 14; k++) {
    term = times(1 / k, product(term, generator));
    sum = sum.map((row, i) => row.map((x, j) => x + term[i][j]));
  }
  return power(sum, 2 ** 14);
}

const apply = (m: Rows, f: (x: number) => number) =>
  m.map((row) => row.reduce((s, w, j) => s + w * f(grid[j]), 0));

const wave = (x: number) => 0.3 * (1 + 0.4 * Math.sin(x));
const waveSlope = (x: number) => 0.12 * Math.cos(x);
const waving = isotropicNoise(fieldOf("0.3*(1 + 0.4*sin(x))"));

/** Largest error of E sin, E cos and E cos 2x over all starts. */
function errorOf(scheme: Scheme, noise: GaussianNoise, convention: Convention, exact: Rows) {
  return (h: number) => {
    const stepped = power(stepMatrix(scheme, noise, convention, h), Math.round(time / h));
    return Math.max(
      ...[Math.sin, Math.cos, (x: number) => Math.cos(2 * x)].flatMap((f) => {
        const truth = apply(exact, f);
        return apply(stepped, f).map((value, i) => Math.abs(value - truth[i]));
      }),
    );
  };
}

describe("in V = cos x", () => {
  test.each(schemes.map((s) => [s.name, s.weakOrder.additive, s] as const))(
    "%s, constant noise: weak order %d within 0.1",
    (_, declared, scheme) => {
      const exact = semigroup(() => 0.3, () => 0, 0); // prettier-ignore
      const order = finalOrder(errorOf(scheme, constantNoise(0.3), "ito", exact));
      expect(Math.abs(order - declared)).toBeLessThan(0.1);
    },
  );

  const conventions: readonly Convention[] = ["ito", "stratonovich", "anti-ito"];
  test.each(
    conventions.flatMap((c) => schemes.map((s) => [s.name, c, s.weakOrder.diagonal, s] as const)),
  )("%s, noise that waves, %s: weak order %d within 0.1", (_, convention, declared, scheme) => {
    const exact = semigroup(wave, waveSlope, conventionWeight(convention));
    const order = finalOrder(errorOf(scheme, waving, convention, exact));
    expect(Math.abs(order - declared)).toBeLessThan(0.1);
  });
});

/** Mean and covariance of (x, v) after the time, of a linear recursion. */
function gaussianEnd(scheme: Scheme, parameters: Readonly<Record<string, number>>, h: number) {
  const process = diffusionProcess({ potential: potentialOf("x^2/2"), noise: constantNoise(0.5), scheme, target: "continuous" }); // prettier-ignore
  const step = hostStep(process, { eta: h, ...parameters });
  const size = process.stateSize;
  const unit = (k: number) => Array.from({ length: size }, (_, i) => (i === k ? 1 : 0));
  const a = transposed(Array.from({ length: size }, (_, k) => [...step(unit(k), [0])]));
  const b = [...step(unit(-1), [1])];
  let mean: Rows = unit(0).map((x) => [2 * x]);
  let covariance: Rows = a.map((row) => row.map(() => 0));
  for (let i = 0; i < Math.round(time / h); i++) {
    mean = product(a, mean);
    const moved = product(product(a, covariance), transposed(a));
    covariance = moved.map((row, j) => row.map((x, k) => x + b[j] * b[k]));
  }
  return { mean: mean.flat(), covariance };
}

test("baoab, V = x²/2: weak order 2 within 0.1", () => {
  // x″ = −x − γx′ with γ = 1: ω² = 3/4.
  const [gamma, omega] = [1, Math.sqrt(0.75)];
  const [c, s] = [Math.cos(omega * time), Math.sin(omega * time) / omega];
  const decay = Math.exp((-gamma * time) / 2);
  const flow = times(decay, [[c + (gamma / 2) * s, s], [-s, c - (gamma / 2) * s]]); // prettier-ignore
  const spent = times(0.5, product(flow, transposed(flow)));
  const exact = [[0.5 - spent[0][0], -spent[0][1]], [-spent[1][0], 0.5 - spent[1][1]]]; // prettier-ignore
  const order = finalOrder((h) => {
    const { mean, covariance } = gaussianEnd(baoab(gamma), {}, h);
    const errors = [
      ...mean.map((m, i) => m - 2 * flow[i][0]),
      ...covariance.flatMap((row, i) => row.map((x, j) => x - exact[i][j])),
    ];
    return Math.max(...errors.map(Math.abs));
  });
  expect(Math.abs(order - baoab(gamma).weakOrder.additive)).toBeLessThan(0.1);
});

test("baoab, V = x²/2: the stationary variance of the position is D for any step", () => {
  for (const eta of [0.1, 0.5, 1]) {
    const process = diffusionProcess({ potential: potentialOf("x^2/2"), noise: constantNoise(0.5), scheme: baoab(1), target: "continuous" }); // prettier-ignore
    const step = hostStep(process, { eta });
    const a = transposed([[...step([1, 0], [0])], [...step([0, 1], [0])]]);
    const b = [...step([0, 0], [1])];
    let covariance: Rows = [[0, 0], [0, 0]]; // prettier-ignore
    for (let i = 0; i < 2000; i++)
      covariance = product(product(a, covariance), transposed(a)).map((row, j) => row.map((x, k) => x + b[j] * b[k])); // prettier-ignore
    expect(covariance[0][0]).toBeCloseTo(0.5, 13);
  }
});

test("baoab, V = x²/2 with noise ∝ x: weak order 2 of the second moments within 0.1", () => {
  const [gamma, sigma] = [1, 0.9];
  const noise = graphNoise({ formula: "0.9*x", dimension: 1, columns: 1, value: ([x]) => [[mul(x, sigma)]] }); // prettier-ignore
  const potential = potentialOf("x^2/2");
  const process = diffusionProcess({
    potential,
    noise,
    scheme: baoab(gamma),
    target: "continuous",
  });
  const evolve = (rate: (m: Rows) => Rows, steps: number): Rows => {
    let m: Rows = [[1, 0], [0, 0]]; // prettier-ignore
    const h = time / steps;
    const plus = (a: Rows, s: number, b: Rows) => a.map((row, i) => row.map((x, j) => x + s * b[i][j])); // prettier-ignore
    for (let i = 0; i < steps; i++) {
      const k1 = rate(m);
      const k2 = rate(plus(m, h / 2, k1));
      const k3 = rate(plus(m, h / 2, k2));
      const k4 = rate(plus(m, h, k3));
      m = plus(plus(m, h / 6, plus(k1, 1, k4)), h / 3, plus(k2, 1, k3));
    }
    return m;
  };
  // M = E (x, v)ᵀ(x, v): dM/dt = FM + MFᵀ + GMGᵀ.
  const f = [[0, 1], [-1, -gamma]]; // prettier-ignore
  const g = [[0, 0], [Math.sqrt(gamma) * sigma, 0]]; // prettier-ignore
  const exact = evolve((m) => {
    const fm = product(f, m);
    const noisy = product(product(g, m), transposed(g));
    return fm.map((row, i) => row.map((x, j) => x + fm[j][i] + noisy[i][j]));
  }, 2000);
  const order = finalOrder((h) => {
    const step = hostStep(process, { eta: h });
    const at = (z: number) => transposed([[...step([1, 0], [z])], [...step([0, 1], [z])]]);
    const [a, moved] = [at(0), at(1)];
    const c = moved.map((row, i) => row.map((x, j) => x - a[i][j]));
    let m: Rows = [[1, 0], [0, 0]]; // prettier-ignore
    for (let i = 0; i < Math.round(time / h); i++) {
      const noisy = product(product(c, m), transposed(c));
      m = product(product(a, m), transposed(a)).map((row, j) => row.map((x, k) => x + noisy[j][k]));
    }
    return Math.max(...m.flatMap((row, i) => row.map((x, j) => Math.abs(x - exact[i][j]))));
  });
  expect(Math.abs(order - baoab(gamma).weakOrder.general!)).toBeLessThan(0.1);
});
