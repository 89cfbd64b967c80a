import type { ConvAttrs } from "../../graph/op-attrs.ts";
import { type Shape, sizeOf } from "../../graph/tensor.ts";
import type { Attributes, Emitter } from "./context.ts";
import { reshape } from "./movement.ts";

interface Shapes {
  readonly output: Shape;
  readonly weight: Shape;
}

/** A convolution in float32: ONNX Runtime's blocked kernel where channels fill its blocks, `Conv` elsewhere. */
export function convolve(
  x: string,
  w: string,
  shapes: Shapes,
  attrs: ConvAttrs,
  e: Emitter,
): string {
  const attributes = convAttributes(attrs, shapes.weight.slice(2));
  if (e.channelBlock === undefined || !worthBlocking(shapes, attrs, e.channelBlock))
    return e.op("Conv", [x, w], attributes);
  const few = shapes.weight[1] < e.channelBlock;
  const blocked = few
    ? x
    : e.memo(`blocked|${x}`, () => e.op("ReorderInput", [x], { channels_last: { int: 0 } }, nchwc));
  const weight = e.memo(`blocked weight|${w}`, () =>
    blockedWeight(w, shapes.weight, e.channelBlock!, e),
  );
  const inputs = [blocked, weight];
  const y = e.op("Conv", inputs, attributes, nchwc);
  return unblocked({ y, channels: shapes.weight[0], conv: { inputs, attributes } }, e);
}

/**
 * The sum of two tensors that only it needs as one convolution on top of the other, if at least one of
 * them is a blocked convolution and the other ended in one: their layouts are left once, and the sum is
 * part of the kernel.
 */
export function sumOfConvolutions(left: string, right: string, e: Emitter): string | undefined {
  const pair = [left, right].map((name) => e.memo(resultKey(name), noResult));
  const [p, q] = pair[1]?.conv === undefined ? pair.reverse() : pair;
  if (p === undefined || q?.conv === undefined) return undefined;
  const { inputs, attributes } = q.conv;
  const y = e.op("Conv", [...inputs, "", p.y], attributes, nchwc);
  return unblocked({ y, channels: p.channels, conv: undefined }, e);
}

/** What a blocked convolution left, before it was brought back into the order of everything else. */
interface Result {
  readonly y: string;
  readonly channels: number;
  /** Absent where the kernel already adds something. */
  readonly conv:
    { readonly inputs: readonly string[]; readonly attributes: Attributes } | undefined;
}

const resultKey = (name: string) => `result of blocked convolution|${name}`;
const noResult = (): Result | undefined => undefined;

function unblocked(result: Result, e: Emitter): string {
  const attributes = { channels: { int: result.channels }, channels_last: { int: 0 } };
  const name = e.op("ReorderOutput", [result.y], attributes, nchwc);
  e.memo<Result | undefined>(resultKey(name), () => result);
  return name;
}

const nchwc = "com.microsoft.nchwc";

/** Channels of a block that pay for filling it up. */
const enough = 6;

/**
 * Bringing x and the result in and out of blocks costs more than it brings where the kernel is one
 * number, and the weight's turn where there are few positions. One side's channels must fill their blocks, the
 * other's at least a good part of one. Measurements: docs/performance-conv.md.
 */
export function worthBlocking(
  { output, weight }: Shapes,
  { groups }: ConvAttrs,
  block: number,
): boolean {
  const [out, inner, ...kernel] = weight;
  if (groups !== 1 || kernel.length !== 2 || sizeOf(kernel) === 1) return false;
  if (output[0] * sizeOf(output.slice(2)) < 256) return false;
  return inner % block === 0
    ? out >= enough
    : inner < block && inner >= enough && out % block === 0;
}

/**
 * [out, in, kh, kw] → [out/b, in/b, kh, kw, b of in, b of out], under the old shape's name; the kernel for
 * fewer channels than a block takes them as they are, [out/b, in, kh, kw, b of out]. Filters of zeros fill the last block up.
 */
function blockedWeight(w: string, shape: Shape, block: number, e: Emitter): string {
  const [wanted, inner, ...kernel] = shape;
  const missing = (block - (wanted % block)) % block;
  const out = wanted + missing;
  const full =
    missing === 0
      ? w
      : e.op("Pad", [w, e.ints([0, 0, 0, 0, missing, 0, 0, 0]), e.scalar(0, "float32")]);
  const few = inner < block;
  const split = few
    ? [out / block, block, inner, ...kernel]
    : [out / block, block, inner / block, block, ...kernel];
  const perm = few ? [0, 2, 3, 4, 1] : [0, 2, 4, 5, 3, 1];
  const turned = e.op("Transpose", [reshape(full, split, e)], { perm: { ints: perm } });
  return reshape(turned, [out, inner, ...kernel], e);
}

export function convAttributes(
  { strides, pads, dilations, groups }: ConvAttrs,
  kernel: Shape,
): Attributes {
  return {
    kernel_shape: { ints: kernel },
    strides: { ints: strides },
    pads: { ints: pads },
    dilations: { ints: dilations },
    group: { int: groups },
  };
}
