import { type Shape, sizeOf } from "../../graph/index.ts";

/** Steps in row-major memory per axis. */
export function stridesOf(shape: Shape): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

/** For each entry of `shape`, row-major, what `f` says of its coordinates, an array that changes. */
export function mapEntries<T>(shape: Shape, f: (at: readonly number[]) => T): T[] {
  const at = shape.map(() => 0);
  return Array.from({ length: sizeOf(shape) }, () => {
    const result = f(at);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++at[axis] < shape[axis]) break;
      at[axis] = 0;
    }
    return result;
  });
}

/** The entries of a tensor of shape `from` as they stand in `to`, to which it broadcasts. */
export function spread<T>(entries: readonly T[], from: Shape, to: Shape): readonly T[] {
  if (entries.length === sizeOf(to)) return entries;
  const lead = to.length - from.length;
  const strides = stridesOf(from);
  return mapEntries(to, (at) => {
    let index = 0;
    for (let axis = 0; axis < from.length; axis++)
      if (from[axis] > 1) index += at[axis + lead] * strides[axis];
    return entries[index];
  });
}

/** The flat position of `at` in `shape`. */
export function positionIn(strides: readonly number[], at: readonly number[]): number {
  let index = 0;
  for (let axis = 0; axis < strides.length; axis++) index += at[axis] * strides[axis];
  return index;
}
