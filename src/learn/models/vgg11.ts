import type { Shape } from "../../graph/index.ts";
import type { Initialiser } from "../initialiser.ts";
import { type LayerFactory, sequential } from "../layer.ts";
import {
  activation,
  batchNorm,
  convolution,
  flatten,
  linear,
  maxPooling,
} from "../layers/index.ts";
import { type Model, model } from "../model.ts";

export interface VggOptions {
  readonly batchNorm?: boolean;
  /** Divides every width, for small machines. */
  readonly shrink?: number;
  readonly init?: Initialiser;
}

const widths = [
  64,
  "pool",
  128,
  "pool",
  256,
  256,
  "pool",
  512,
  512,
  "pool",
  512,
  512,
  "pool",
] as const;

/**
 * VGG-11 (configuration A) as it is used on 32×32 images: eight 3×3 convolutions, five poolings,
 * one linear layer.
 *
 * @see Simonyan & Zisserman (2015), https://arxiv.org/abs/1409.1556
 */
export function vgg11(inputShape: Shape, outputs: number, options: VggOptions = {}): Model {
  const { batchNorm: normalised = false, shrink = 1, init = { kind: "kaiming-normal" } } = options;
  let count = 0;
  const features = widths.flatMap((width): (readonly [string, LayerFactory])[] => {
    if (width === "pool") return [[`pool${count}`, maxPooling(2)]];
    count++;
    const channels = Math.max(1, Math.round(width / shrink));
    return [
      [`conv${count}`, convolution(channels, 3, { pads: 1, init, bias: !normalised })],
      ...(normalised ? [[`norm${count}`, batchNorm()] as const] : []),
      [`relu${count}`, activation("relu")],
    ];
  });
  const factory = sequential(...features, ["flatten", flatten], ["fc", linear(outputs, { init })]);
  return model(normalised ? "vgg11-bn" : "vgg11", factory, inputShape);
}
