import type { Tensor } from "../../graph/index.ts";
import { sampleInputs } from "../../learn/index.ts";
import { parameterInputs, type ParameterShape, type Problem } from "../problem/problem.ts";

/**
 * The axis of each parameter whose slices feed one output: that which a product does not sum over.
 * Read from how the loss uses it, through transpositions: 1 for W in x·W with W [in, out], 0 for x·Wᵀ
 * with W [out, in] and for W·x; of a convolution's weight the axis of its outputs, which a transposed
 * convolution keeps second. Another use, or two that differ, has axis 0.
 */
export function filterAxes(problem: Problem): (parameter: ParameterShape) => number {
  const parameters = parameterInputs(problem);
  const { x, y } = sampleInputs(problem.data, Math.min(2, problem.data.count));
  const found = new Map<Tensor, Set<number>>(parameters.map((p) => [p, new Set()]));
  // Of a tensor that is a parameter with its axes permuted: the parameter, and its axis at each place.
  const same = new Map<Tensor, { of: Tensor; axes: readonly number[] }>(
    parameters.map((p) => [p, { of: p, axes: [...p.shape.keys()] }]),
  );
  const use = (tensor: Tensor, place: number) => {
    const own = same.get(tensor);
    if (own && own.axes.length >= 2) found.get(own.of)!.add(own.axes.at(place)!);
  };
  for (const node of inOrder(problem.perSampleLoss(parameters, x, y))) {
    const [first, second] = node.inputs;
    switch (node.op) {
      case "transpose": {
        const own = same.get(first);
        const { perm } = node.attrs as { readonly perm: readonly number[] };
        if (own) same.set(node, { of: own.of, axes: perm.map((axis) => own.axes[axis]) });
        break;
      }
      case "matmul":
        use(first, -2);
        use(second, -1);
        break;
      case "conv":
        use(second, 0);
        break;
      case "convInput":
        use(second, 1);
        break;
    }
  }
  const axes = new Map(
    parameters.map((p, k) => {
      const own = [...found.get(p)!];
      return [problem.parameters[k].name, own.length === 1 ? own[0] : 0];
    }),
  );
  return ({ name }) => axes.get(name) ?? 0;
}

/** Every node below, its inputs before it. */
function inOrder(output: Tensor): Set<Tensor> {
  const seen = new Set<Tensor>();
  const open: Tensor[] = [output];
  while (open.length > 0) {
    const node = open.at(-1)!;
    const waiting = seen.has(node) ? [] : node.inputs.filter((own) => !seen.has(own));
    if (waiting.length > 0) open.push(...waiting);
    else {
      open.pop();
      seen.add(node);
    }
  }
  return seen;
}
