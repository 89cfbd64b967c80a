import { add, mul, sqrt, type Tensor } from "../../graph/index.ts";
import type { Scheme } from "./scheme.ts";

/** θ + a·h + B·√h·z. With h = η this is SGD's own recursion under Gaussian noise of C = 2D/η. */
export const eulerMaruyama: Scheme = {
  name: "euler-maruyama",
  solves: "ito",
  strongOrder: { additive: 1, multiplicative: 0.5 },
  weakOrder: 1,
  noise: "any",
  step(sde, x, h, z) {
    const drift = sde.drift(x);
    const noise = noiseIncrement(sde.factor(x), sqrt(h), z);
    return x.map((xi, i) => addIncrement(add(xi, mul(drift[i], h)), noise[i]));
  },
  source: "Maruyama (1955), https://doi.org/10.1007/BF02846028",
};

/** B·√h·z, row by row; undefined where a row is zero. */
export function noiseIncrement(
  factor: readonly (readonly Tensor[])[],
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

const isZero = (t: Tensor): boolean =>
  t.op === "constant" && (t.attrs as { data: ArrayLike<number> }).data[0] === 0;
