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
