import type { DType } from "../../graph/tensor.ts";
import type { Emitter } from "./context.ts";

/**
 * Functions for which ONNX Runtime's CPU has no float64 kernel, in terms of those it has.
 * Attributes of ONNX are float32, so a slope given as one would be rounded: here it is an initialiser.
 */

const arithmetic = (e: Emitter, dtype: DType) => {
  const c = (value: number) => e.scalar(value, dtype);
  return {
    c,
    add: (a: string, b: string) => e.op("Add", [a, b]),
    sub: (a: string, b: string) => e.op("Sub", [a, b]),
    mul: (a: string, b: string) => e.op("Mul", [a, b]),
    div: (a: string, b: string) => e.op("Div", [a, b]),
    max: (a: string, b: string) => e.op("Max", [a, b]),
    min: (a: string, b: string) => e.op("Min", [a, b]),
    exp: (a: string) => e.op("Exp", [a]),
    where: (condition: string, a: string, b: string) => e.op("Where", [condition, a, b]),
    greater: (a: string, b: string) => e.op("Greater", [a, b]),
    /** Horner's rule, highest power first. */
    poly: (x: string, coefficients: readonly number[]) =>
      coefficients
        .slice(1)
        .reduce((sum, a) => e.op("Add", [e.op("Mul", [sum, x]), c(a)]), c(coefficients[0])),
  };
};

// |x| ≤ 0.46875: erf x = x · P(x²) / Q(x²); beyond: 1 − e^(−x²) · R(|x|) / S(|x|).
const p = [
  0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
];
const q = [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171];
const r = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163,
  298.6351381974001, 881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
];
const s = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903,
  3290.7992357334597, 4362.619090143247, 3439.3676741437216, 1230.3393548037495,
];

/**
 * erf in float64 by Cody's rational approximations; |error| ≤ 4·10⁻¹⁶, relative near 0.
 * @see Cody (1969), https://doi.org/10.1090/S0025-5718-1969-0247736-4
 */
export function erf64(x: string, e: Emitter): string {
  const { c, sub, mul, div, min, exp, poly, where, greater } = arithmetic(e, "float64");
  const size = e.op("Abs", [x]);
  const near = min(size, c(0.5)); // keeps the branch not taken finite
  const square = mul(near, near);
  const inner = mul(near, div(poly(square, p), poly(square, q)));
  const far = min(size, c(6)); // 1 − erf 6 is 2·10⁻¹⁷
  const tail = mul(exp(e.op("Neg", [mul(far, far)])), div(poly(far, r), poly(far, s)));
  const outer = sub(c(1), tail);
  return mul(e.op("Sign", [x]), where(greater(size, c(0.46875)), outer, inner));
}

/** max(x, 0) + log(1 + e^−|x|), the logarithm exact for small arguments by Kahan's quotient. */
export function softplus64(x: string, e: Emitter): string {
  const { c, add, sub, mul, div, max, exp, where } = arithmetic(e, "float64");
  const y = exp(e.op("Neg", [e.op("Abs", [x])]));
  const u = add(y, c(1));
  const exact = e.op("Equal", [u, c(1)]);
  const above = where(exact, c(2), u);
  const log1p = where(exact, y, mul(e.op("Log", [above]), div(y, sub(above, c(1)))));
  return add(max(x, c(0)), log1p);
}

/** x where x > 0, else α·2t/(1 − t) with t = tanh(x/2), which is α(eˣ − 1) without cancellation. */
export function elu64(x: string, alpha: number, e: Emitter): string {
  const { c, sub, mul, div, min, where, greater } = arithmetic(e, "float64");
  const t = e.op("Tanh", [mul(min(x, c(0)), c(0.5))]);
  const below = mul(c(2 * alpha), div(t, sub(c(1), t)));
  return where(greater(x, c(0)), x, below);
}

export function leakyRelu64(x: string, alpha: number, e: Emitter): string {
  const { c, mul, where, greater } = arithmetic(e, "float64");
  return where(greater(x, c(0)), x, mul(x, c(alpha)));
}

/** One kernel of ONNX Runtime's own in float32; x/2 · (1 + erf(x/√2)), or the tanh form, otherwise. */
export function gelu(x: string, approximate: "none" | "tanh", dtype: DType, e: Emitter): string {
  if (dtype === "float32" && e.contrib)
    return e.op(approximate === "none" ? "Gelu" : "FastGelu", [x], {}, "com.microsoft");
  const { c, add, mul } = arithmetic(e, dtype);
  if (approximate === "none") {
    const z = mul(x, c(Math.SQRT1_2));
    const erf = dtype === "float64" ? erf64(z, e) : e.op("Erf", [z]);
    return mul(mul(x, c(0.5)), add(erf, c(1)));
  }
  const cubic = add(c(1), mul(c(0.044715), mul(x, x)));
  const inner = mul(mul(c(Math.sqrt(2 / Math.PI)), x), cubic);
  return mul(mul(x, c(0.5)), add(e.op("Tanh", [inner]), c(1)));
}
