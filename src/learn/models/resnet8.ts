import type { Shape } from "../../graph/index.ts";
import type { Initialiser } from "../initialiser.ts";
import { type LayerFactory, sequential } from "../layer.ts";
import {
  activation,
  basicBlock,
  batchNorm,
  convolution,
  globalAveragePooling,
  linear,
} from "../layers/index.ts";
import { type Model, model } from "../model.ts";

export interface ResNetOptions {
  /** Channels of the three stages. */
  readonly widths?: readonly [number, number, number];
  readonly init?: Initialiser;
  readonly batchNorm?: boolean;
}

/** One basic block in each of three stages: 8 layers with weights (6n + 2, n = 1), as He et al. (2016) count them for CIFAR-10. */
export function resnet8(inputShape: Shape, outputs: number, options: ResNetOptions = {}): Model {
  const {
    widths = [16, 32, 64],
    init = { kind: "kaiming-normal", fan: "out", scale: 0.2 },
    batchNorm: normalised = false,
  } = options;
  const norm = normalised ? () => batchNorm() : undefined;
  const stages = widths.map((channels, i): readonly [string, LayerFactory] => [
    `block${i + 1}`,
    basicBlock(channels, { stride: i === 0 ? 1 : 2, init, norm }),
  ]);
  const factory = sequential(
    ["conv", convolution(widths[0], 3, { pads: 1, init, bias: !normalised })],
    ...(norm === undefined ? [] : [["norm", norm()] as const]),
    ["relu", activation("relu")],
    ...stages,
    ["pool", globalAveragePooling],
    ["fc", linear(outputs, { init })],
  );
  return model(normalised ? "resnet8-bn" : "resnet8", factory, inputShape);
}
