import {
  add,
  elu,
  gelu,
  leakyRelu,
  matmul,
  relu,
  reshape,
  sigmoid,
  silu,
  sizeOf,
  softplus,
  swapLast,
  tanh,
  type Tensor,
} from "../../graph/index.ts";
import type { Initialiser } from "../initialiser.ts";
import { join, type LayerFactory, pure } from "../layer.ts";

export const activations = {
  relu,
  tanh,
  sigmoid,
  silu,
  softplus,
  elu: (x: Tensor) => elu(x),
  gelu: (x: Tensor) => gelu(x),
  "gelu-tanh": (x: Tensor) => gelu(x, "tanh"),
  "leaky-relu": (x: Tensor) => leakyRelu(x),
  identity: (x: Tensor) => x,
} as const;

export type Activation = keyof typeof activations;

export const activation = (name: Activation): LayerFactory =>
  pure((shape) => shape, activations[name]);

export interface LinearOptions {
  readonly init?: Initialiser;
  readonly bias?: boolean;
  readonly biasInit?: Initialiser;
}

/** x·Wᵀ + b, with W [out, in] as in PyTorch. */
export function linear(out: number, options: LinearOptions = {}): LayerFactory {
  const { init = { kind: "pytorch" }, bias = true, biasInit = { kind: "zeros" } } = options;
  return (inputShape, name) => {
    if (inputShape.length !== 1)
      throw new RangeError(
        `${name}: a linear layer takes vectors, got samples of shape [${inputShape.join(", ")}]`,
      );
    const fans = { fanIn: inputShape[0], fanOut: out };
    const [weight, offset] = [join(name, "weight"), join(name, "bias")];
    return {
      parameters: [
        { name: weight, shape: [out, inputShape[0]], init, ...fans },
        ...(bias ? [{ name: offset, shape: [out], init: biasInit, ...fans }] : []),
      ],
      buffers: [],
      outputShape: [out],
      apply(x, { parameters }) {
        const product = matmul(x, swapLast(parameters[weight]));
        return bias ? add(product, parameters[offset]) : product;
      },
    };
  };
}

/** Each sample as one vector. */
export const flatten: LayerFactory = pure(
  (shape) => [sizeOf(shape)],
  (x) => reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))]),
);
