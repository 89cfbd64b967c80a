import { type Shape, sizeOf } from "../../graph/tensor.ts";

export type Values = Float64Array;

/** Every index of a shape, row-major. */
export function* indicesOf(shape: Shape): Generator<number[]> {
  const size = sizeOf(shape);
  for (let flat = 0; flat < size; flat++) {
    const index: number[] = [];
    for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
      index.unshift(rest % shape[axis]);
      rest = Math.floor(rest / shape[axis]);
    }
    yield index;
  }
}

/** Row-major position; the shape may be broadcast: shorter than the index, or 1 where the index is not 0. */
export function offset(index: readonly number[], shape: Shape): number {
  const lead = index.length - shape.length;
  return shape.reduce((sum, size, axis) => sum * size + (size === 1 ? 0 : index[axis + lead]), 0);
}
