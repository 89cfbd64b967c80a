import * as g from "../../../graph/ops/index.ts";
import { sizeOf, type Tensor } from "../../../graph/tensor.ts";
import type { Raises, Site } from "./context.ts";
import { padWith } from "./pad.ts";
import { autoPadOf, spatialOf, type Window, windowOf } from "./window.ts";

export const poolRaises: Raises = {
  MaxPool: (site) => {
    const x = site.input(0);
    const window = poolOf(site, x);
    if (site.node.outputs.length < 2) return [isPlain(window) ? g.maxPool(x, window.kernel, window) : maxOfShifts(site, x, window)]; // prettier-ignore
    if (site.int("storage_order", 0) !== 0) site.refuse("column-major indices are not supported");
    if (!isPlain(window)) site.refuse("indices of dilated windows are not supported");
    // ONNX counts positions through the whole tensor.
    const [batch, channels, ...spatial] = x.shape;
    const plane = sizeOf(spatial);
    const start = site.computed(batch * channels, (i) => i * plane, [batch, channels, ...spatial.map(() => 1)], "int64"); // prettier-ignore
    return [g.maxPool(x, window.kernel, window), g.add(g.maxPoolIndices(x, window), start)];
  },
  AveragePool: (site) => {
    const x = site.input(0);
    const window = poolOf(site, x);
    const padding = site.int("count_include_pad", 0) !== 0;
    const total = isPlain(window) ? g.sumPool(x, window) : sumOfShifts(site, x, window);
    return [g.div(total, counts(site, x, total, window, padding))];
  },
  GlobalAveragePool: (site) => {
    const x = site.input(0);
    return [g.mean(x, [...x.shape.keys()].slice(2), { keepDims: true })];
  },
  GlobalMaxPool: (site) => {
    const x = site.input(0);
    return [g.reduceMax(x, [...x.shape.keys()].slice(2), { keepDims: true })];
  },
};

/** A pooling window whose padding is enlarged until the last window, rounded up, is whole. */
function poolOf(site: Site, x: Tensor): Window & { readonly asked: readonly number[] } {
  const spatial = spatialOf(site, x);
  const rank = spatial.length;
  const kernel = site.ints("kernel_shape");
  if (kernel?.length !== rank || kernel.some((n) => !(n >= 1)))
    return site.refuse(`kernel_shape must be ${rank} positive numbers`);
  const window = windowOf(site, spatial, kernel);
  const { strides, dilations, pads } = window;
  const ceil = site.int("ceil_mode", 0) !== 0 && autoPadOf(site) === "NOTSET";
  const grown = pads.map((pad, i) => {
    if (!ceil || i < rank) return pad;
    const axis = i - rank;
    const extent = dilations[axis] * (kernel[axis] - 1) + 1;
    const room = spatial[axis] + pads[axis] + pad - extent;
    let windows = Math.ceil(room / strides[axis]) + 1;
    // A window that would begin in the padding after the input is left out.
    if ((windows - 1) * strides[axis] >= spatial[axis] + pads[axis]) windows--;
    return pad + (windows - 1) * strides[axis] - room;
  });
  return { ...window, pads: grown, asked: pads };
}

/** What the graph language pools: no dilation, and padding smaller than the window. */
function isPlain({ kernel, dilations, pads }: Window): boolean {
  const rank = kernel.length;
  return (
    dilations.every((n) => n === 1) &&
    pads.every((n, i) => n >= 0 && n < kernel[i % rank])
  ); // prettier-ignore
}

function maxOfShifts(site: Site, x: Tensor, window: Window): Tensor {
  return shifts(site, x, window, -Infinity).reduce((a, b) => g.maximum(a, b));
}

function sumOfShifts(site: Site, x: Tensor, window: Window): Tensor {
  return shifts(site, x, window, 0).reduce((a, b) => g.add(a, b));
}

/** One strided view of the padded input for each place in the window. */
function shifts(site: Site, x: Tensor, window: Window, fill: number): Tensor[] {
  const { kernel, strides, dilations, pads } = window;
  const rank = kernel.length;
  const places = sizeOf(kernel);
  if (places > 256) site.refuse(`a dilated window has at most 256 entries, got ${places}`);
  const side = (from: number) => [0, 0, ...pads.slice(from, from + rank).map((n) => Math.max(0, n))]; // prettier-ignore
  const wide = padWith(x, side(0), side(rank), fill);
  const outputs = wide.shape.slice(2).map((_, axis) => {
    const size = x.shape[2 + axis] + pads[axis] + pads[rank + axis];
    const extent = dilations[axis] * (kernel[axis] - 1) + 1;
    if (size < extent) site.refuse(`the window spans ${extent}, the padded input only ${size}`);
    return Math.floor((size - extent) / strides[axis]) + 1;
  });
  return Array.from({ length: places }, (_, place) => {
    const at = rank === 1 ? [place] : [Math.floor(place / kernel[1]), place % kernel[1]];
    const starts = at.map((k, axis) => k * dilations[axis]);
    const ends = starts.map((start, axis) => start + (outputs[axis] - 1) * strides[axis] + 1);
    return g.slice(wide, [0, 0, ...starts], [x.shape[0], x.shape[1], ...ends], [1, 1, ...strides]);
  });
}

/** How many numbers each window averages: with the padding that the file asks for, or without. */
function counts(
  site: Site,
  x: Tensor,
  total: Tensor,
  { kernel, strides, dilations, pads, asked }: Window & { readonly asked: readonly number[] },
  padding: boolean,
): Tensor {
  const rank = kernel.length;
  const perAxis = kernel.map((size, axis) => {
    const low = padding ? -asked[axis] : 0;
    const high = x.shape[2 + axis] + (padding ? asked[rank + axis] : 0);
    return Array.from({ length: total.shape[2 + axis] }, (_, window) => {
      let inside = 0;
      for (let k = 0; k < size; k++) {
        const at = window * strides[axis] + k * dilations[axis] - pads[axis];
        if (at >= low && at < high) inside++;
      }
      return inside;
    });
  });
  const whole = sizeOf(kernel);
  const across = perAxis.at(-1)!;
  const count = (i: number) => (rank === 1 ? across[i] : perAxis[0][Math.floor(i / across.length)] * across[i % across.length]); // prettier-ignore
  if (perAxis.every((list, axis) => list.every((n) => n === kernel[axis])))
    return g.scalar(whole, x.dtype);
  const shape = [1, 1, ...total.shape.slice(2)];
  return site.computed(sizeOf(shape), count, shape, x.dtype);
}
