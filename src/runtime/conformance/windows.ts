import type { PoolAttrs } from "../../graph/op-attrs.ts";
import { type Node, type Shape, sizeOf, type Tensor } from "../../graph/tensor.ts";
import { indicesOf, offset, type Values } from "./indices.ts";

/** Convolution and pooling, each a sum over (output, window) pairs whose input lies inside of the image. */
export function windowReference(t: Tensor, a: Values, b: Values): Values {
  switch (t.op) {
    case "conv":
    case "convInput":
    case "convWeight":
      return convolution(t as Node<"conv" | "convInput" | "convWeight">, a, b);
    case "maxPool":
    case "maxPoolIndices":
      return maxima(t as Node<"maxPool" | "maxPoolIndices">, a);
    case "sumPool":
    case "sumPoolTranspose":
      return sums(t as Node<"sumPool" | "sumPoolTranspose">, a);
    default:
      throw new Error(`the reference does not know ${t.op}`);
  }
}

/** All three are the trilinear form Σ x·w·y over matching places, differentiated in one of its arguments. */
function convolution(t: Node<"conv" | "convInput" | "convWeight">, a: Values, b: Values): Values {
  const [p, q] = t.inputs;
  const [x, w, y] = t.op === "conv" ? [p, q, t] : t.op === "convInput" ? [t, q, p] : [p, t, q];
  const { strides, pads, dilations, groups } = t.attrs;
  const out = new Float64Array(sizeOf(t.shape));
  const channels = w.shape[1];
  const perGroup = w.shape[0] / groups;
  for (const to of indicesOf(y.shape))
    for (const window of indicesOf(w.shape.slice(1))) {
      const [c, ...k] = window;
      const at = k.map((k_i, i) => to[2 + i] * strides[i] - pads[i] + k_i * dilations[i]);
      const from = [to[0], Math.floor(to[1] / perGroup) * channels + c, ...at];
      if (!inside(from, x.shape)) continue;
      const [ix, iw, iy] = [
        offset(from, x.shape),
        offset([to[1], ...window], w.shape),
        offset(to, y.shape),
      ];
      if (t.op === "conv") out[iy] += a[ix] * b[iw];
      else if (t.op === "convInput") out[ix] += a[iy] * b[iw];
      else out[iw] += a[ix] * b[iy];
    }
  return out;
}

function* places(to: readonly number[], { kernel, strides, pads }: PoolAttrs, shape: Shape) {
  for (const k of indicesOf(kernel)) {
    const at = k.map((k_i, i) => to[2 + i] * strides[i] - pads[i] + k_i);
    const from = [to[0], to[1], ...at];
    if (inside(from, shape)) yield from;
  }
}

function maxima(t: Node<"maxPool" | "maxPoolIndices">, x: Values): Values {
  const { shape } = t.inputs[0];
  return Float64Array.from([...indicesOf(t.shape)], (to) => {
    let best = -Infinity;
    let where = -1;
    for (const from of places(to, t.attrs, shape)) {
      const value = x[offset(from, shape)];
      if (value > best || where < 0) [best, where] = [value, offset(from.slice(2), shape.slice(2))];
    }
    return t.op === "maxPool" ? best : where;
  });
}

function sums(t: Node<"sumPool" | "sumPoolTranspose">, x: Values): Values {
  const wide = t.op === "sumPool" ? t.inputs[0].shape : t.shape;
  const narrow = t.op === "sumPool" ? t.shape : t.inputs[0].shape;
  const out = new Float64Array(sizeOf(t.shape));
  for (const to of indicesOf(narrow))
    for (const from of places(to, t.attrs, wide)) {
      const [i, j] = [offset(to, narrow), offset(from, wide)];
      if (t.op === "sumPool") out[i] += x[j];
      else out[j] += x[i];
    }
  return out;
}

function inside(index: readonly number[], shape: Shape): boolean {
  return index.every((i, axis) => i >= 0 && i < shape[axis]);
}
