import {
  add,
  avgPool,
  conv,
  type ConvOptions,
  globalAvgPool,
  maxPool,
  type PoolOptions,
  reshape,
  type Shape,
} from "../../graph/index.ts";
import type { Initialiser } from "../initialiser.ts";
import { join, type LayerFactory, pure } from "../layer.ts";

export interface ConvLayerOptions extends ConvOptions {
  readonly init?: Initialiser;
  readonly bias?: boolean;
  readonly biasInit?: Initialiser;
}

/** Convolution of [channels, …spatial] samples to `out` channels. Default: PyTorch's initialisation, a bias of zeros. */
export function convolution(
  out: number,
  kernel: number,
  options: ConvLayerOptions = {},
): LayerFactory {
  const { init = { kind: "pytorch" }, bias = true, biasInit = { kind: "zeros" }, ...how } = options;
  return (inputShape, name) => {
    const [channels, ...spatial] = inputShape;
    const groups = how.groups ?? 1;
    const window = spatial.map(() => kernel);
    const area = window.reduce((product, size) => product * size, 1);
    const fans = { fanIn: (channels / groups) * area, fanOut: (out / groups) * area };
    const [weight, offset] = [join(name, "weight"), join(name, "bias")];
    return {
      parameters: [
        { name: weight, shape: [out, channels / groups, ...window], init, ...fans },
        ...(bias ? [{ name: offset, shape: [out], init: biasInit, ...fans }] : []),
      ],
      buffers: [],
      outputShape: [
        out,
        ...spatial.map((size, axis) => convolved(size, kernel, how, axis, spatial.length)),
      ],
      apply(x, { parameters }) {
        const y = conv(x, parameters[weight], how);
        return bias ? add(y, reshape(parameters[offset], [1, out, ...spatial.map(() => 1)])) : y;
      },
    };
  };
}

export const maxPooling = (kernel: number, options: PoolOptions = {}): LayerFactory =>
  pure(pooled(kernel, options), (x) => maxPool(x, kernel, options));

export const averagePooling = (kernel: number, options: PoolOptions = {}): LayerFactory =>
  pure(pooled(kernel, options), (x) => avgPool(x, kernel, options));

/** [channels, …spatial] → [channels]. */
export const globalAveragePooling: LayerFactory = pure((shape) => [shape[0]], globalAvgPool);

const at = (value: number | readonly number[] | undefined, index: number, fallback: number) =>
  typeof value === "number" ? value : (value?.[index] ?? fallback);

function convolved(
  size: number,
  kernel: number,
  how: ConvOptions,
  axis: number,
  rank: number,
): number {
  const padded = size + at(how.pads, axis, 0) + at(how.pads, rank + axis, 0);
  const extent = at(how.dilations, axis, 1) * (kernel - 1) + 1;
  if (padded < extent)
    throw new RangeError(`a window of ${extent} must fit into its input, got a size of ${padded}`);
  return Math.floor((padded - extent) / at(how.strides, axis, 1)) + 1;
}

function pooled(kernel: number, { strides = kernel, pads = 0 }: PoolOptions) {
  return ([channels, ...spatial]: Shape): Shape => [
    channels,
    ...spatial.map((size, axis) =>
      convolved(size, kernel, { strides, pads }, axis, spatial.length),
    ),
  ];
}
