import { add, mul, sqrt, type Tensor } from "../../graph/index.ts";
import { isZero } from "../noise/landscape.ts";
import type { Matrix } from "../noise/noise.ts";
import type { Scheme } from "./scheme.ts";

/** θ + a·h + B·√h·z, plus the increment of a Lévy process. */
export const eulerMaruyama: Scheme = {
  name: "euler-maruyama",
  solves: "ito",
  target: "any",
  takes: ["gaussian", "levy"],
  strongOrder: { additive: 1, diagonal: 0.5, general: 0.5 },
  weakOrder: { additive: 1, diagonal: 1, general: 1 },
  velocities: false,
  parameters: {},
  step(sde, x, h, z) {
    const drift = sde.drift(x);
    const noise = noiseIncrement(sde.factor(x), sqrt(h), z);
    const free = x.map((xi, i) => addIncrement(add(xi, mul(drift[i], h)), noise[i]));
    if (sde.jump === undefined) return free;
    const jump = sde.jump(x, h);
    return free.map((xi, i) => add(xi, jump[i]));
  },
  source: "Maruyama (1955), https://doi.org/10.1007/BF02846028",
};

/** B·√h·z, row by row; undefined where a row is zero. */
export function noiseIncrement(
  factor: Matrix,
  rootH: Tensor,
  z: readonly Tensor[],
): (Tensor | undefined)[] {
  return factor.map((row) => {
    const terms = row.flatMap((b, j) => (isZero(b) ? [] : [mul(mul(b, rootH), z[j])]));
    return terms.length === 0 ? undefined : terms.reduce((sum, term) => add(sum, term));
  });
}

export const addIncrement = (x: Tensor, increment: Tensor | undefined): Tensor =>
  increment === undefined ? x : add(x, increment);
