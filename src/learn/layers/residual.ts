import { add, relu, sameShape } from "../../graph/index.ts";
import { join, type LayerFactory, sequential } from "../layer.ts";
import { convolution, type ConvLayerOptions } from "./conv.ts";
import { activation } from "./basic.ts";

/** x + body(x), or shortcut(x) + body(x) where the shapes need one; `after` is applied to the sum. */
export function residual(
  body: LayerFactory,
  shortcut: LayerFactory | undefined,
  after: typeof relu = (x) => x,
): LayerFactory {
  return (inputShape, name) => {
    const main = body(inputShape, name);
    const side = shortcut?.(inputShape, join(name, "shortcut"));
    const sideShape = side?.outputShape ?? inputShape;
    if (!sameShape(main.outputShape, sideShape))
      throw new RangeError(
        `${name}: the branches of a residual block must agree, got [${main.outputShape.join(", ")}] and [${sideShape.join(", ")}]`,
      );
    return {
      parameters: [...main.parameters, ...(side?.parameters ?? [])],
      buffers: [...main.buffers, ...(side?.buffers ?? [])],
      outputShape: main.outputShape,
      apply: (x, context) => after(add(side?.apply(x, context) ?? x, main.apply(x, context))),
    };
  };
}

export interface BasicBlockOptions {
  readonly stride?: number;
  readonly init?: ConvLayerOptions["init"];
  /** A normalisation after each convolution, or none. */
  readonly norm?: (() => LayerFactory) | undefined;
}

/**
 * The two-convolution block of He et al. (2016); a 1×1 convolution carries the shortcut where the
 * stride or the number of channels changes.
 *
 * @see https://arxiv.org/abs/1512.03385
 */
export function basicBlock(channels: number, options: BasicBlockOptions = {}): LayerFactory {
  const { stride = 1, init = { kind: "kaiming-normal", fan: "out" }, norm } = options;
  const bias = norm === undefined;
  const normalised = (label: string): (readonly [string, LayerFactory])[] =>
    norm === undefined ? [] : [[label, norm()]];
  return (inputShape, name) => {
    const body = sequential(
      ["conv1", convolution(channels, 3, { strides: stride, pads: 1, init, bias })],
      ...normalised("norm1"),
      ["relu", activation("relu")],
      ["conv2", convolution(channels, 3, { pads: 1, init, bias })],
      ...normalised("norm2"),
    );
    const changes = stride !== 1 || inputShape[0] !== channels;
    const shortcut = changes
      ? sequential(
          ["conv", convolution(channels, 1, { strides: stride, init, bias })],
          ...normalised("norm"),
        )
      : undefined;
    return residual(body, shortcut, relu)(inputShape, name);
  };
}
