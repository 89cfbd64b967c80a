import type { Shape } from "../../graph/index.ts";
import type { Initialiser } from "../initialiser.ts";
import { sequential } from "../layer.ts";
import {
  activation,
  type Activation,
  convolution,
  flatten,
  linear,
  maxPooling,
} from "../layers/index.ts";
import { type Model, model } from "../model.ts";

export interface CnnOptions {
  /** Channels of the three convolutions and width of the hidden layer. */
  readonly widths?: readonly [number, number, number, number];
  readonly activation?: Activation;
  readonly init?: Initialiser;
}

/**
 * The EoSS network: conv 64, conv 64, pool, conv 128, pool, fully connected 512; 3×3 kernels,
 * Kaiming × 0.3.
 *
 * @see Andreyev & Beneventano (2024), https://arxiv.org/abs/2412.20553
 */
export function cnn(inputShape: Shape, outputs: number, options: CnnOptions = {}): Model {
  const {
    widths: [c1, c2, c3, width] = [64, 64, 128, 512],
    activation: name = "relu",
    init = { kind: "kaiming-normal", scale: 0.3 },
  } = options;
  const factory = sequential(
    ["conv1", convolution(c1, 3, { pads: 1, init })],
    ["act1", activation(name)],
    ["conv2", convolution(c2, 3, { pads: 1, init })],
    ["act2", activation(name)],
    ["pool1", maxPooling(2)],
    ["conv3", convolution(c3, 3, { pads: 1, init })],
    ["act3", activation(name)],
    ["pool2", maxPooling(2)],
    ["flatten", flatten],
    ["fc1", linear(width, { init })],
    ["act4", activation(name)],
    ["fc2", linear(outputs, { init })],
  );
  return model("cnn", factory, inputShape);
}
