import { add, jvp, mul, scalar, sqrt, square, sub, type Tensor } from "../../graph/index.ts";
import { isZero } from "../noise/landscape.ts";
import { addIncrement, noiseIncrement } from "./euler-maruyama.ts";
import type { Scheme } from "./scheme.ts";

/**
 * θᵢ + aᵢ·h + bᵢ·√h·zᵢ + ½·bᵢ·bᵢ′·h·(zᵢ² − 1) for diagonal noise, bᵢ a function of θᵢ alone, with bᵢ′ by
 * one forward derivative of the noise.
 */
export const milstein: Scheme = {
  name: "milstein",
  solves: "ito",
  target: "any",
  takes: ["gaussian"],
  strongOrder: { additive: 1, diagonal: 1 },
  weakOrder: { additive: 1, diagonal: 1 },
  velocities: false,
  parameters: {},
  step(sde, x, h, z) {
    const drift = sde.drift(x);
    const factor = sde.factor(x);
    const noise = noiseIncrement(factor, sqrt(h), z);
    const euler = x.map((xi, i) => addIncrement(add(xi, mul(drift[i], h)), noise[i]));
    const slopes = diagonalSlopes((y) => sde.factor(y), x, sde.columns);
    return euler.map((xi, i) => {
      if (slopes === undefined || isZero(slopes[i])) return xi;
      const halfSlope = mul(mul(factor[i][i], slopes[i]), mul(h, 0.5));
      return add(xi, mul(halfSlope, sub(square(z[i]), 1)));
    });
  },
  source: "Milstein (1974), https://doi.org/10.1137/1119062",
};

/** bᵢ′, or nothing where B is not square: then it is constant, or `diffusionProcess` has refused it. */
function diagonalSlopes(
  factor: (x: readonly Tensor[]) => readonly (readonly Tensor[])[],
  x: readonly Tensor[],
  columns: number,
): readonly Tensor[] | undefined {
  if (columns !== x.length) return undefined;
  const ones = x.map(() => scalar(1, "float64"));
  const diagonal = (y: readonly Tensor[]) => factor(y).map((row, i) => row[i]);
  return jvp(diagonal, [x], [ones])[1];
}
