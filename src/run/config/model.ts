import { z } from "zod";
import type { Shape } from "../../graph/index.ts";
import {
  type Activation,
  activations,
  cnn,
  mlp,
  type Model,
  resnet8,
  vgg11,
} from "../../learn/index.ts";
import { count, positive } from "./fields.ts";

const scale = positive.default(1);

const initialiser = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("zeros") }),
    z.strictObject({ kind: z.literal("ones") }),
    z.strictObject({
      kind: z.literal("kaiming-normal"),
      scale,
      fan: z.enum(["in", "out"]).default("in"),
    }),
    z.strictObject({ kind: z.literal("lecun-normal"), scale }),
    z.strictObject({ kind: z.literal("xavier-uniform"), scale }),
    z.strictObject({ kind: z.literal("pytorch"), scale }),
  ])
  .describe("how weights start; scale multiplies the deviation or bound");

const kaiming = (scale: number, fan: "in" | "out" = "in") =>
  initialiser.default({ kind: "kaiming-normal", scale, fan });

const activation = z
  .enum(Object.keys(activations) as [Activation, ...Activation[]])
  .default("relu");

const mlpModel = z.strictObject({
  kind: z.literal("mlp"),
  hidden: z.array(count).default([512, 512]),
  activation,
  bias: z.boolean().default(true),
  init: kaiming(0.2),
});
const cnnModel = z.strictObject({
  kind: z.literal("cnn"),
  widths: z.tuple([count, count, count, count]).default([64, 64, 128, 512]),
  activation,
  init: kaiming(0.3),
});
const resnet8Model = z.strictObject({
  kind: z.literal("resnet8"),
  widths: z.tuple([count, count, count]).default([16, 32, 64]),
  batchNorm: z.boolean().default(false),
  init: kaiming(0.2, "out"),
});
const vgg11Model = z.strictObject({
  kind: z.literal("vgg11"),
  batchNorm: z.boolean().default(false),
  shrink: positive.default(1),
  init: kaiming(1),
});

const onnxModel = z
  .strictObject({
    kind: z.literal("onnx"),
    file: z.string().min(1).describe("an ONNX file; its own values are the first parameters"),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits")
      .exactOptional()
      .describe("of the file; set when the run begins, and checked from then on"),
    output: z.string().exactOptional().describe("which, where the file has several"),
  })
  .describe("a network from elsewhere; BatchNormalization keeps its stored statistics");

export const modelConfig = z
  .discriminatedUnion("kind", [mlpModel, cnnModel, resnet8Model, vgg11Model, onnxModel])
  .describe("the network; its input and output sizes follow from the data");

export type ModelConfig = z.infer<typeof modelConfig>;
export type OnnxModelConfig = Extract<ModelConfig, { kind: "onnx" }>;

/** The model of a config for samples of a shape and so many outputs. */
export function buildModel(
  config: Exclude<ModelConfig, OnnxModelConfig>,
  inputShape: Shape,
  outputs: number,
): Model {
  switch (config.kind) {
    case "mlp":
      return mlp(inputShape, outputs, config);
    case "cnn":
      return cnn(inputShape, outputs, config);
    case "resnet8":
      return resnet8(inputShape, outputs, config);
    case "vgg11":
      return vgg11(inputShape, outputs, config);
  }
}
