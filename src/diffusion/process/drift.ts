import { add, jvp, mul, neg, scalar, sub, type Tensor } from "../../graph/index.ts";
import { landscapeAt } from "../noise/landscape.ts";
import type { GaussianNoise, Matrix, Named } from "../noise/noise.ts";
import type { Potential } from "../potential/potential.ts";
import type { Convention } from "../theory/convention.ts";

type Field = (x: readonly Tensor[]) => readonly Tensor[];

/**
 * The drift that a scheme needs so that the process is the one of `convention`:
 *
 *     Itô drift = −∇V + { 0, ½ Σⱼ (∂bⱼ)bⱼ, ∇·D }        for ito, stratonovich, anti-ito
 *
 * with bⱼ the columns of B and D = BBᵀ/2; a scheme that solves the Stratonovich form gets ½ Σⱼ (∂bⱼ)bⱼ
 * less. One that solves `any` is given −∇V.
 */
export function itoDrift(
  potential: Potential,
  noise: GaussianNoise,
  named: Named,
  eta: Tensor,
  convention: Convention,
  solves: "ito" | "stratonovich" | "any",
): Field {
  const at = (x: readonly Tensor[]) => landscapeAt(potential, x, named);
  const descent: Field = (x) => at(x).gradient.map((g) => neg(g));
  if (!noise.stateDependent || solves === "any") return descent;
  const factor = (x: readonly Tensor[]) => noise.factor(at(x), named, eta);
  const stratonovich: Field = (x) => stratonovichCorrection(factor, x);
  const divergence: Field = (x) => divergenceOfD(factor, x);
  const plus: Record<Convention, Field | undefined> = {
    ito: undefined,
    stratonovich,
    "anti-ito": divergence,
  };
  return (x) => {
    let drift = descent(x);
    const correction = plus[convention];
    if (convention === "stratonovich" && solves === "stratonovich") return drift;
    if (correction !== undefined) {
      const extra = correction(x);
      drift = drift.map((a, i) => add(a, extra[i]));
    }
    if (solves === "ito") return drift;
    const less = stratonovich(x);
    return drift.map((a, i) => sub(a, less[i]));
  };
}

type Factor = (x: readonly Tensor[]) => Matrix;

/** ½ Σⱼ (∂bⱼ)·bⱼ */
function stratonovichCorrection(factor: Factor, x: readonly Tensor[]): readonly Tensor[] {
  const b = factor(x);
  const half = scalar(0.5, "float64");
  const terms = b[0].map((_, j) => {
    const column = b.map((row) => row[j]);
    const [, moved] = jvp((y: readonly Tensor[]) => factor(y).map((row) => row[j]), [x], [column]);
    return moved;
  });
  return x.map((_, i) => mul(half, terms.map((t) => t[i]).reduce((s, t) => add(s, t)))); // prettier-ignore
}

/** Σⱼ ∂ⱼDᵢⱼ */
function divergenceOfD(factor: Factor, x: readonly Tensor[]): readonly Tensor[] {
  const half = scalar(0.5, "float64");
  const entry = (y: readonly Tensor[], i: number, j: number): Tensor => {
    const b = factor(y);
    return mul(half, b[i].map((bik, k) => mul(bik, b[j][k])).reduce((s, t) => add(s, t))); // prettier-ignore
  };
  const unit = (j: number) => x.map((_, i) => scalar(i === j ? 1 : 0, "float64"));
  return x.map((_, i) =>
    x
      .map((__, j) => jvp((y: readonly Tensor[]) => entry(y, i, j), [x], [unit(j)])[1])
      .reduce((s, t) => add(s, t)),
  );
}
