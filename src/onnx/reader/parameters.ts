import { isFloat, type Shape, type Tensor } from "../../graph/tensor.ts";
import type { OnnxTensor } from "../model.ts";

/** A float initializer of the file. */
export interface Parameter {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: "float32" | "float64";
  /** As in the file; not copied. */
  readonly data: Float32Array | Float64Array;
}

/** The float initializers among those named, in file order. */
export function parametersAmong(
  initializers: readonly OnnxTensor[],
  names: ReadonlySet<string>,
): Parameter[] {
  return initializers.flatMap(({ name, shape, dtype, data }) =>
    names.has(name) && isFloat(dtype)
      ? [{ name, shape, dtype, data: data as Float32Array | Float64Array }]
      : [],
  );
}

/**
 * Names that PyTorch's exporter makes up for values without one. It writes numbers of a formula, such
 * as the 0.5 of GELU or an attention's 1/√d, as scalar initializers under them; a parameter that is a
 * scalar keeps its own name.
 */
const madeUp = /^(val|scalar_tensor|_?tensor_constant|const)(_\w+)?\d*$/;

/** Whether an initializer is a number of a formula rather than a parameter. */
export function isFormulaNumber({ name, shape }: Parameter): boolean {
  return shape.length === 0 && madeUp.test(name);
}

/** Which of the variables the output depends on with a derivative that is not zero by construction. */
export function differentiated(output: Tensor, variables: readonly Tensor[]): Set<Tensor> {
  const seen = new Set<Tensor>([output]);
  const stack = [output];
  while (stack.length > 0) {
    const t = stack.pop()!;
    if (t.op === "stopGradient" || t.op === "sign") continue;
    for (const x of t.inputs)
      if (isFloat(x.dtype) && !seen.has(x)) {
        seen.add(x);
        stack.push(x);
      }
  }
  return new Set(variables.filter((t) => seen.has(t)));
}
