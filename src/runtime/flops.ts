import { sizeOf, type Tensor } from "../graph/tensor.ts";
import { topological } from "../graph/walk.ts";

/**
 * Floating-point operations of one evaluation, roughly: 2·m·k·n a product, 2·outputs·window a
 * convolution, one an entry for the rest. For choosing threads and sizing chunks, not for reports.
 */
export function estimateFlops(outputs: readonly Tensor[]): number {
  return topological(outputs).reduce((total, t) => total + flopsOf(t), 0);
}

function flopsOf(t: Tensor): number {
  const [x, y] = t.inputs;
  switch (t.op) {
    case "input":
    case "constant":
    case "reshape":
      return 0;
    case "matmul":
      return 2 * sizeOf(t.shape) * x.shape.at(-1)!;
    case "conv":
      return 2 * sizeOf(t.shape) * sizeOf(y.shape.slice(1));
    case "convInput":
      return 2 * sizeOf(x.shape) * sizeOf(y.shape.slice(1));
    case "convWeight":
      return 2 * sizeOf(y.shape) * sizeOf(t.shape.slice(1));
    default:
      return Math.max(sizeOf(t.shape), ...t.inputs.map(({ shape }) => sizeOf(shape)));
  }
}
