// From a landscape and a noise to the equation that a scheme advances, with the random numbers besides
// normals that its steps take.
import { constant, div, gather, input, neg, type Tensor } from "../../graph/index.ts";
import type { Recursion } from "../../kernel/index.ts";
import { landscapeAt } from "../noise/landscape.ts";
import { stableIncrement } from "../noise/levy.ts";
import type { BatchNoise, GaussianNoise, LevyNoise, Named, Noise } from "../noise/noise.ts";
import { sum } from "../noise/symmetric.ts";
import type { Potential } from "../potential/potential.ts";
import type { Scheme, Sde } from "../scheme/scheme.ts";
import type { Convention } from "../theory/convention.ts";
import { itoDrift } from "./drift.ts";

/** An equation and what is drawn for it in each step. */
export interface Equation {
  readonly sde: Sde;
  readonly uniforms: readonly Tensor[];
  readonly batch?: NonNullable<Recursion["batch"]>;
}

export function equationOf(
  potential: Potential,
  noise: Noise,
  scheme: Scheme,
  convention: Convention,
  named: Named,
  eta: Tensor,
): Equation {
  switch (noise.kind) {
    case "gaussian":
      return gaussian(potential, noise, scheme, convention, named, eta);
    case "levy":
      return levy(potential, noise, named);
    case "batch":
      return batches(potential, noise, named);
  }
}

function gaussian(
  potential: Potential,
  noise: GaussianNoise,
  scheme: Scheme,
  convention: Convention,
  named: Named,
  eta: Tensor,
): Equation {
  const { dimension } = potential;
  return {
    sde: {
      dimension,
      columns: noise.columns(dimension),
      factor: (x) => noise.factor(landscapeAt(potential, x, named), named, eta),
      drift: itoDrift(potential, noise, named, eta, convention, scheme.solves),
    },
    uniforms: [],
  };
}

function levy(potential: Potential, noise: LevyNoise, named: Named): Equation {
  const { dimension } = potential;
  const uniforms = Array.from({ length: 2 * dimension }, (_, i) =>
    input([], "float64", `u${i + 1}`),
  );
  const at = (x: readonly Tensor[]) => landscapeAt(potential, x, named);
  return {
    sde: {
      dimension,
      columns: 0,
      factor: (x) => x.map(() => []),
      drift: (x) => at(x).gradient.map((g) => neg(g)),
      jump(x, h) {
        const diffusion = noise.diffusion(at(x), named);
        return x.map((_, i) =>
          stableIncrement(uniforms[2 * i], uniforms[2 * i + 1], named.alpha, diffusion, h),
        );
      },
    },
    uniforms,
  };
}

function batches({ dimension }: Potential, noise: BatchNoise, named: Named): Equation {
  const { problem, batchSize, replacement } = noise;
  const { samples, features, data, gradient } = problem;
  const indices = Array.from({ length: batchSize }, (_, i) => input([], "int64", `i${i + 1}`));
  const columns = Array.from({ length: features }, (_, j) =>
    constant(
      Float64Array.from({ length: samples }, (__, i) => data[i * features + j]),
      [samples],
    ),
  );
  const drawn = indices.map((index) => columns.map((column) => gather(column, index)));
  return {
    sde: {
      dimension,
      columns: 0,
      factor: (x) => x.map(() => []),
      drift(x) {
        const each = drawn.map((row) => gradient(x, row, named));
        return x.map((_, k) => neg(div(sum(each.map((g) => g[k])), batchSize)));
      },
    },
    uniforms: [],
    batch: { indices, bound: samples, replacement },
  };
}
