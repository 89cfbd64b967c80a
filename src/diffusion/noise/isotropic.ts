import type { Tensor } from "../../graph/index.ts";
import { diagonal, rootOfTwice } from "./constant.ts";
import type { GaussianNoise, Matrix, Named, ScalarField } from "./noise.ts";

/** D(x)·I for a graph function D of the place. Where D is negative, the particle's state is NaN and the run refuses it. */
export function isotropicNoise({ formula, parameters = {}, value }: ScalarField): GaussianNoise {
  return {
    kind: "gaussian",
    name: "isotropic",
    formula: `D(x) = ${formula}`,
    parameters,
    stateDependent: true,
    columns: (dimension) => dimension,
    factor({ x }, named) {
      const root = rootOfTwice(value(x, named));
      return diagonal(x.map(() => root));
    },
  };
}

/** Any B(x) as a graph: [dimension][columns]. */
export interface FactorField {
  readonly formula: string;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly dimension: number;
  readonly columns: number;
  readonly value: (x: readonly Tensor[], parameters: Named) => Matrix;
}

/** D(x) = B(x)B(x)ᵀ/2 for any graph function B. */
export function graphNoise(field: FactorField): GaussianNoise {
  const { formula, parameters = {}, dimension, columns, value } = field;
  return {
    kind: "gaussian",
    name: "graph",
    formula: `B(x) = ${formula}, D = BBᵀ/2`,
    parameters,
    dimension,
    stateDependent: true,
    columns: () => columns,
    factor: ({ x }, named) => value(x, named),
  };
}
