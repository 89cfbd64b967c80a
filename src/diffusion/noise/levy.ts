import {
  abs,
  add,
  cos,
  div,
  exp,
  log,
  minimum,
  mul,
  neg,
  sin,
  sub,
  type Tensor,
} from "../../graph/index.ts";
import { requireDiffusion } from "./constant.ts";
import type { LevyNoise, ScalarField } from "./noise.ts";

/**
 * Symmetric α-stable noise of 0 < α ≤ 2, with `alpha` a parameter, and D a number (the parameter
 * `diffusion`) or a function of the place.
 *
 * @throws RangeError for any other α, or a negative D.
 */
export function levyNoise(alpha: number, diffusion: number | ScalarField): LevyNoise {
  if (!(alpha > 0 && alpha <= 2))
    throw new RangeError(`alpha must be above 0 and at most 2, got ${alpha}`);
  if (typeof diffusion === "number") requireDiffusion(diffusion);
  const field: ScalarField =
    typeof diffusion === "number"
      ? {
          formula: "diffusion",
          parameters: { diffusion },
          value: (_, named) => named.diffusion,
        }
      : diffusion;
  return {
    kind: "levy",
    name: "levy",
    formula: `D(x)^(1/α) dL, E e^(ikL) = e^(−t|k|^α), D(x) = ${field.formula}`,
    parameters: { alpha, ...field.parameters },
    stateDependent: typeof diffusion !== "number",
    diffusion: ({ x }, named) => field.value(x, named),
  };
}

/**
 * Increment (hD)^(1/α)·X of a step h, from two uniforms u and v of (0, 1), with E e^(ikX) = e^(−|k|^α):
 *
 *     X = sin(αU)/cos(U)^(1/α) · (cos((1 − α)U)/W)^((1−α)/α),   U = π(u − ½), W = −ln v
 *
 * cos U is taken as sin(π·min(u, 1 − u)), exact where it is small, for that is where the tails are.
 *
 * @see Chambers, Mallows, Stuck (1976), https://doi.org/10.1080/01621459.1976.10480344
 */
export function stableIncrement(
  u: Tensor,
  v: Tensor,
  alpha: Tensor,
  diffusion: Tensor,
  h: Tensor,
): Tensor {
  const angle = mul(sub(u, 0.5), Math.PI);
  const cosine = sin(mul(minimum(u, sub(1, u)), Math.PI));
  const rest = sub(1, alpha);
  const exponential = neg(log(v));
  const ratio = sub(log(cos(mul(rest, abs(angle)))), log(exponential));
  const power = add(sub(log(mul(h, diffusion)), log(cosine)), mul(rest, ratio));
  return mul(sin(mul(alpha, angle)), exp(div(power, alpha)));
}
