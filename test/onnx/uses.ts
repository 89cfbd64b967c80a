import type { OnnxAttribute } from "../../src/onnx/model.ts";
import { bools, f, fixed, type Given, index, ints, num, nums, positive, type Use } from "./one-node.ts"; // prettier-ignore

type Attributes = Readonly<Record<string, OnnxAttribute>>;
const use = (
  op: string,
  opset: number,
  inputs: readonly (Given | null)[],
  attributes: Attributes = {},
  rest: Partial<Use> = {},
): Use => ({ op, opset, inputs, attributes, ...rest });

const i = (int: number) => ({ int });
const is = (...list: number[]) => ({ ints: list });
const fl = (float: number) => ({ float });
const s = (string: string) => ({ string });
const t = (dtype: "float32" | "int64", shape: number[], ...values: number[]): OnnxAttribute => ({
  tensor: { name: "", dtype, shape, data: dtype === "float32" ? Float32Array.from(values) : BigInt64Array.from(values, BigInt) }, // prettier-ignore
});

const unary = "Abs Ceil Cos Cosh Elu Erf Exp Floor HardSigmoid HardSwish Identity LeakyRelu Mish Neg Reciprocal Relu Selu Sigmoid Sign Sin Sinh Softplus Softsign Tan Tanh Celu ThresholdedRelu"; // prettier-ignore
const reductions = "Sum Mean Max Min L1 L2 SumSquare Prod LogSumExp LogSum"
  .split(" ")
  .map((n) => `Reduce${n}`);
const image = f(2, 3, 7, 8);

export const uses: readonly Use[] = [
  ...unary.split(" ").map((op) => use(op, op === "Mish" ? 18 : 17, [f(3, 7)])),
  use("Log", 13, [positive(4)]),
  use("Sqrt", 13, [positive(4)]),
  use("Round", 17, [nums(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49, 3.7, -3.2)].map((v) => ({ ...v, variable: true }))), // prettier-ignore
  use("LeakyRelu", 7, [f(9)], { alpha: fl(0.3) }),
  use("Elu", 7, [f(9)], { alpha: fl(0.3) }),
  use("Selu", 7, [f(9)], { alpha: fl(1.5), gamma: fl(0.7) }),
  use("Celu", 12, [f(9)], { alpha: fl(2) }),
  use("ThresholdedRelu", 10, [f(9)], { alpha: fl(0.5) }),
  use("HardSigmoid", 7, [f(9)], { alpha: fl(0.4), beta: fl(0.3) }),
  use("Shrink", 9, [f(9)], { bias: fl(0.3), lambd: fl(0.8) }),
  use("PRelu", 7, [f(2, 3, 4), f(3, 1)]),
  use("PRelu", 16, [f(2, 3, 4), f(1)]),
  use("Gelu", 20, [f(9)]),
  use("Gelu", 20, [f(9)], { approximate: s("tanh") }),
  use("Clip", 7, [f(9)], { min: fl(-0.5), max: fl(1) }),
  use("Clip", 9, [f(9)], { max: fl(1) }),
  use("Clip", 11, [f(9), num(-0.5), num(1)]),
  use("Clip", 13, [f(9), null, num(1)]),
  use("Clip", 13, [f(9), num(0)]),
  ...["Add", "Sub", "Mul"].map((op) => use(op, 7, [f(2, 1, 3), f(4, 1)])),
  use("Div", 14, [f(2, 3), positive(3)]),
  use("Div", 14, [index([4], -7, 7, 5, -9), index([4], 2, -2, 3, 4)]),
  use("Pow", 7, [f(5), num(2)]),
  use("Pow", 13, [f(5), num(3)]),
  use("Pow", 13, [positive(5), num(0.5)]),
  use("Pow", 15, [positive(5), f(2, 5)]),
  use("Pow", 12, [f(5), ints(2)]),
  use("Mod", 13, [index([6], -7, 7, -7, 7, 6, 0), index([6], 3, -3, -3, 3, 3, 5)]),
  use("Mod", 13, [index([4], -7, 7, -7, 7), index([4], 3, -3, -3, 3)], { fmod: i(1) }),
  use("Mod", 13, [f(5), positive(5)], { fmod: i(1) }),
  ...["Min", "Max", "Sum", "Mean"].flatMap((op) => [use(op, 8, [f(2, 3), f(3), f(1)]), use(op, 13, [f(4)])]), // prettier-ignore
  ...["Less", "Greater", "Equal"].map((op) => use(op, 11, [f(5), nums(-1, 0, 0.5, 1, 2)])),
  ...["LessOrEqual", "GreaterOrEqual"].map((op) => use(op, 16, [f(5), f(1)])),
  ...["And", "Or", "Xor"].map((op) => use(op, 7, [bools([4], 0, 0, 1, 1), bools([4], 0, 1, 0, 1)])),
  use("Not", 7, [bools([2], 0, 1)]),
  use("Where", 9, [bools([2, 1], 0, 1), f(2, 3), f(3)]),
  use("Cast", 13, [f(6)], { to: i(7) }),
  use("Cast", 9, [index([3], 1, 2, 0)], { to: i(1) }),
  use("Cast", 13, [f(6)], { to: i(9) }),
  use("CastLike", 15, [f(6), index([1], 1)]),

  ...reductions.flatMap((op) => {
    const x = op === "ReduceLogSum" ? positive(2, 3, 4) : f(2, 3, 4);
    const since = op === "ReduceSum" ? 13 : 18;
    return [
      use(op, 11, [x], { axes: is(1), keepdims: i(0) }),
      use(op, 11, [x], { axes: is(-1, 0) }),
      use(op, 7, [x]),
      use(op, since, [x, ints(-2)], { keepdims: i(1) }),
      use(op, since, [x], { noop_with_empty_axes: i(1) }),
      use(op, since, [x], { keepdims: i(0) }),
    ];
  }),
  use("ArgMax", 13, [f(3, 5)], { axis: i(1), keepdims: i(0) }),
  use("ArgMin", 13, [f(3, 5)], { axis: i(-1) }),
  use("ArgMax", 13, [{ ...nums(1, 3, 3, 2), variable: true }], { select_last_index: i(1), axis: i(0) }), // prettier-ignore
  ...["Softmax", "LogSoftmax"].flatMap((op) => [
    use(op, 7, [f(2, 3, 4)]),
    use(op, 11, [f(2, 3, 4)], { axis: i(2) }),
    use(op, 12, [f(2, 3, 4)], { axis: i(0) }),
    use(op, 13, [f(2, 3, 4)]),
    use(op, 13, [f(2, 3, 4)], { axis: i(1) }),
  ]),
  use("CumSum", 14, [f(2, 4), { ...ints(1), shape: [] }]),
  use("CumSum", 14, [f(2, 4), { ...ints(-2), shape: [] }], { exclusive: i(1), reverse: i(1) }),

  use("MatMul", 9, [f(3), f(2, 3, 4)]),
  use("MatMul", 13, [f(2, 1, 4, 3), f(5, 3, 2)]),
  use("MatMul", 13, [f(3), f(3)]),
  use("Gemm", 7, [f(3, 2), f(4, 3), f(4)], { transA: i(1), transB: i(1), alpha: fl(0.5), beta: fl(2) }), // prettier-ignore
  use("Gemm", 9, [f(2, 3), f(3, 4), f(2, 1)]),
  use("Gemm", 13, [f(2, 3), f(3, 4)]),
  ...[
    "ij,jk->ik",
    "ij,jk",
    "bij,bkj->bik",
    "ij,ij->",
    "i,j->ij",
    "bij,j->bi",
    "...ij,...jk->...ik",
  ].map((equation, n) => {
    // prettier-ignore
    const shapes = [[f(2, 3), f(3, 4)], [f(2, 3), f(3, 4)], [f(2, 3, 4), f(2, 5, 4)], [f(2, 3), f(2, 3)], [f(2), f(3)], [f(2, 3, 4), f(4)], [f(2, 3, 4), f(2, 4, 5)]]; // prettier-ignore
    return use("Einsum", 12, shapes[n], { equation: s(equation) });
  }),
  use("Einsum", 12, [f(2, 3, 4)], { equation: s("bij->jb") }),
  use("Einsum", 12, [f(2, 3), f(3, 4), f(4, 2)], { equation: s("ij,jk,kl->il") }),

  use("Reshape", 7, [f(2, 3, 4), ints(0, -1)]),
  use("Reshape", 14, [f(2, 3, 4), ints(4, 3, 2)], { allowzero: i(1) }),
  use("Flatten", 7, [f(2, 3, 4)]),
  use("Flatten", 11, [f(2, 3, 4)], { axis: i(-1) }),
  use("Flatten", 13, [f(2, 3, 4)], { axis: i(0) }),
  use("Squeeze", 7, [f(1, 3, 1)], { axes: is(0) }),
  use("Squeeze", 11, [f(1, 3, 1)]),
  use("Squeeze", 13, [f(1, 3, 1), ints(-1)]),
  use("Unsqueeze", 7, [f(2, 3)], { axes: is(0, 3) }),
  use("Unsqueeze", 13, [f(2, 3), ints(-1, 1)]),
  use("Transpose", 13, [f(2, 3, 4)], { perm: is(2, 0, 1) }),
  use("Transpose", 7, [f(2, 3, 4)]),
  use("Expand", 8, [f(3, 1), ints(2, 1, 4)]),
  use("Tile", 7, [f(2, 3), ints(2, 3)]),
  use("Concat", 11, [f(2, 3), f(2, 1)], { axis: i(-1) }),
  use("Split", 7, [f(2, 6)], { axis: i(1), split: is(2, 4) }, { outputs: 2 }),
  use("Split", 11, [f(6, 2)], {}, { outputs: 3 }),
  use("Split", 13, [f(2, 6), ints(1, 5)], { axis: i(-1) }, { outputs: 2 }),
  use("Split", 18, [f(7, 2)], { num_outputs: i(3) }, { outputs: 3 }),
  use("Slice", 7, [f(4, 5)], { starts: is(1, -3), ends: is(99, -1) }),
  use("Slice", 7, [f(4, 5)], { starts: is(1), ends: is(3), axes: is(1) }),
  use("Slice", 10, [f(4, 5), ints(0, -1), ints(99, -99), ints(0, 1), ints(2, -2)]),
  use("Slice", 13, [f(4, 5), ints(3), ints(0), ints(-1), ints(-1)]),
  use("Slice", 13, [f(4, 5), ints(99), ints(-99), ints(1), ints(-1)]),
  use("Pad", 7, [f(2, 3)], { pads: is(1, 0, 0, 2), value: fl(0.5) }),
  use("Pad", 10, [f(2, 4)], { pads: is(0, 2, 0, 3), mode: s("reflect") }),
  use("Pad", 11, [f(2, 3), ints(1, 1, 1, 1), num(-2)]),
  use("Pad", 13, [f(2, 3), ints(0, -1, 1, 2)]),
  use("Pad", 13, [f(2, 3), ints(2, 1, 3, 4)], { mode: s("edge") }),
  use("Pad", 18, [f(2, 3), ints(1, 2), null, ints(1)]),
  use("Pad", 19, [f(2, 3), ints(0, 2, 0, 3)], { mode: s("wrap") }),
  use("DepthToSpace", 7, [f(2, 8, 2, 3)], { blocksize: i(2) }),
  use("DepthToSpace", 13, [f(2, 8, 2, 3)], { blocksize: i(2), mode: s("CRD") }),
  use("SpaceToDepth", 13, [f(2, 2, 4, 6)], { blocksize: i(2) }),
  use("Gather", 7, [f(4, 3), index([2, 2], 0, 3, 1, 1)]),
  use("Gather", 13, [f(4, 3), index([2], -1, 0)], { axis: i(1) }),
  use("Gather", 13, [f(4, 3), { ...ints(-2), shape: [] }]),
  use("GatherElements", 13, [f(3, 4), index([2, 4], 0, 2, 1, 0, -1, 1, 1, 2)], { axis: i(0) }),
  use("OneHot", 11, [index([3], 0, -1, 2), ints(4), nums(-1, 3)]),
  use("OneHot", 9, [index([2, 2], 0, 1, 2, 1), { ...ints(3), shape: [] }, nums(0, 1)], { axis: i(1) }), // prettier-ignore
  use("Trilu", 14, [f(3, 4)]),
  use("Trilu", 14, [f(2, 4, 3), { ...ints(-1), shape: [] }], { upper: i(0) }),

  use("Shape", 13, [f(2, 3, 4)]),
  use("Shape", 15, [f(2, 3, 4)], { start: i(-2), end: i(-1) }),
  use("Size", 13, [f(2, 3, 4)]),
  use("Constant", 13, [], { value: t("float32", [2], 1.5, -2) }),
  use("Constant", 13, [], { value_float: fl(0.5) }),
  use("Constant", 13, [], { value_floats: { floats: [0.5, 2] } }),
  use("Constant", 13, [], { value_int: i(3) }),
  use("Constant", 13, [], { value_ints: is(3, 4) }),
  use("ConstantOfShape", 9, [ints(2, 3)], { value: t("float32", [1], 2.5) }),
  use("ConstantOfShape", 9, [ints(2)]),
  use(
    "Range",
    11,
    [2, 11, 3].map((v) => ({ ...ints(v), shape: [] })),
  ),
  use("Range", 11, [num(2), num(-1), num(-0.75)]),
  use("EyeLike", 9, [f(3, 4)], { k: i(1) }),

  use("Conv", 7, [image, f(4, 3, 3, 2), f(4)], { pads: is(1, 0, 2, 1), strides: is(2, 1) }),
  use("Conv", 11, [f(2, 4, 7, 8), f(6, 2, 3, 3)], { group: i(2), dilations: is(1, 2) }),
  use("Conv", 11, [f(2, 3, 9), f(4, 3, 3), f(4)], { pads: is(1, 1) }),
  ...["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"].flatMap((auto) => [
    use("Conv", 11, [image, f(4, 3, 4, 3)], { auto_pad: s(auto), strides: is(2, 3) }),
    use("Conv", 11, [f(2, 3, 9), f(4, 3, 4)], { auto_pad: s(auto) }),
    use("MaxPool", 12, [image], { auto_pad: s(auto), kernel_shape: is(3, 2), strides: is(2, 2) }),
    use("AveragePool", 11, [image], { auto_pad: s(auto), kernel_shape: is(3, 2), strides: is(2, 2) }), // prettier-ignore
    use("ConvTranspose", 11, [f(2, 3, 4, 5), f(3, 2, 3, 3)], { auto_pad: s(auto), strides: is(2, 2) }), // prettier-ignore
  ]),
  use("ConvTranspose", 7, [f(2, 4, 4, 5), f(4, 2, 3, 2), f(4)], { group: i(2), pads: is(1, 0, 0, 1), strides: is(2, 3), output_padding: is(1, 0) }), // prettier-ignore
  use("ConvTranspose", 11, [f(1, 3, 4, 5), f(3, 2, 3, 3)], { strides: is(2, 2), output_shape: is(8, 10) }), // prettier-ignore
  use("ConvTranspose", 11, [f(2, 3, 6), f(3, 2, 4)], { strides: is(2), dilations: is(2) }),
  use("MaxPool", 7, [image], { kernel_shape: is(3, 3), pads: is(1, 1, 1, 1), strides: is(2, 2) }),
  use("MaxPool", 12, [image], { kernel_shape: is(2, 3), strides: is(2, 2), ceil_mode: i(1) }),
  use("MaxPool", 12, [image], { kernel_shape: is(2, 2), strides: is(3, 3), pads: is(1, 1, 1, 1), ceil_mode: i(1) }), // prettier-ignore
  use("MaxPool", 12, [image], {
    kernel_shape: is(2, 3),
    dilations: is(2, 1),
    pads: is(1, 1, 0, 1),
  }),
  use("MaxPool", 11, [f(2, 3, 9)], { kernel_shape: is(3), strides: is(2) }, { outputs: 2 }),
  use("AveragePool", 7, [image], { kernel_shape: is(3, 3), pads: is(1, 1, 0, 1), strides: is(2, 1) }), // prettier-ignore
  use("AveragePool", 11, [image], { kernel_shape: is(3, 3), pads: is(1, 1, 0, 1), count_include_pad: i(1) }), // prettier-ignore
  use("AveragePool", 11, [image], { kernel_shape: is(2, 3), strides: is(2, 2), ceil_mode: i(1) }),
  use("AveragePool", 19, [image], { kernel_shape: is(2, 3), strides: is(2, 2), ceil_mode: i(1), pads: is(1, 1, 1, 1), count_include_pad: i(1) }), // prettier-ignore
  use("AveragePool", 19, [image], { kernel_shape: is(2, 2), dilations: is(2, 3) }),
  use("GlobalAveragePool", 7, [image]),
  use("GlobalMaxPool", 7, [image]),
  use("Upsample", 7, [f(2, 3, 2, 3)], { scales: { floats: [1, 1, 2, 3] } }),
  use("Upsample", 9, [f(2, 3, 2, 3), nums(1, 1, 2, 2)]),
  use("Resize", 10, [f(1, 2, 4, 5), nums(1, 1, 1.5, 0.6)]),
  ...["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"].flatMap((mode) =>
    ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"].map(
      (rounding) =>
      use("Resize", 13, [f(1, 2, 4, 5), null, nums(1, 1, 2, 1.7)], { coordinate_transformation_mode: s(mode), nearest_mode: s(rounding) }), // prettier-ignore
    ),
  ),
  use("Resize", 13, [f(1, 2, 4, 5), null, null, ints(1, 2, 8, 3)]),
  use("Resize", 18, [f(1, 2, 4, 5), null, nums(2, 2)], { axes: is(2, 3) }),

  use("BatchNormalization", 7, [f(2, 3, 4), f(3), f(3), f(3), positive(3)]),
  use("BatchNormalization", 9, [f(2, 3, 4, 2), f(3), f(3), f(3), positive(3)], { epsilon: fl(0.01) }), // prettier-ignore
  use("BatchNormalization", 15, [f(5, 3), f(3), f(3), f(3), positive(3)]),
  use("InstanceNormalization", 7, [f(2, 3, 4, 5), f(3), f(3)]),
  use("LayerNormalization", 17, [f(2, 3, 4), f(4), f(4)]),
  use("LayerNormalization", 17, [f(2, 3, 4), f(3, 4)], { axis: i(1), epsilon: fl(0.1) }, { outputs: 3 }), // prettier-ignore
  use("GroupNormalization", 21, [f(2, 6, 3), f(6), f(6)], { num_groups: i(2) }),
  use("MeanVarianceNormalization", 9, [f(2, 3, 4, 5)]),
  use("MeanVarianceNormalization", 13, [f(2, 3, 4, 5)], { axes: is(2, 3) }),
  use("LRN", 7, [f(2, 7, 3, 3)], { size: i(3), alpha: fl(0.5), beta: fl(0.6), bias: fl(2) }),
  use("LRN", 13, [f(2, 5, 3, 3)], { size: i(5) }),
  use("LpNormalization", 7, [f(2, 3)], { p: i(1), axis: i(0) }),
  use("LpNormalization", 7, [f(2, 3)]),
  use("Dropout", 7, [f(4)], { ratio: fl(0.9) }),
  use("Dropout", 13, [f(4), num(0.9), { shape: [], dtype: "bool", values: [0] }], {}, { outputs: 2 }), // prettier-ignore
  use("Gather", 13, [fixed(4, 3), index([2], 1, 1)]),
];
