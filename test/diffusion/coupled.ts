// V = Σ aᵢxᵢ²/2 + Σ_{i<j} xᵢ²xⱼ²/4 + x₁x₂/2: gradient and Hessian by hand, and shifted copies of it.
import { formulaPotential } from "../../src/diffusion/potential/formula.ts";
import type { Potential } from "../../src/diffusion/potential/potential.ts";
import { fillNormal, stream } from "../../src/random/index.ts";

const a = [3, 1, 0.5, -2];

export function coupled(dimension: number): Potential {
  const terms = ["x1*x2/2"];
  for (let i = 0; i < dimension; i++) {
    terms.push(`${a[i]}*x${i + 1}^2/2`);
    for (let j = i + 1; j < dimension; j++) terms.push(`x${i + 1}^2*x${j + 1}^2/4`);
  }
  return formulaPotential(terms.join(" + "), { dimension });
}

export const coupledGradient = (x: readonly number[]): number[] =>
  x.map((xi, i) => {
    const others = x.reduce((s, xj, j) => s + (j === i ? 0 : xj * xj), 0);
    return a[i] * xi + (xi * others) / 2 + (i < 2 ? x[1 - i] / 2 : 0);
  });

export const coupledHessian = (x: readonly number[]): number[][] =>
  x.map((xi, i) =>
    x.map((xj, j) => {
      if (i !== j) return xi * xj + (i + j === 1 ? 0.5 : 0);
      return a[i] + x.reduce((s, xk, k) => s + (k === i ? 0 : xk * xk), 0) / 2;
    }),
  );

/** [samples, dimension] */
export function shifts(samples: number, dimension: number): Float64Array {
  const z = new Float64Array(samples * dimension);
  fillNormal(stream("8", "shifts"), 0, z);
  return z.map((x) => 0.3 * x);
}
