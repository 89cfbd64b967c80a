import { z } from "zod";
import { rate } from "./fields.ts";

const decay = z.number().nonnegative().default(0);
const unit = (value: number) => z.number().min(0).lt(1).default(value);
const epsilon = z.number().positive().default(1e-8);

const adam = <K extends "adam" | "adamw">(kind: K, weightDecay: number) =>
  z.strictObject({
    kind: z.literal(kind),
    learningRate: rate,
    beta1: unit(0.9),
    beta2: unit(0.999),
    epsilon,
    weightDecay: z.number().nonnegative().default(weightDecay),
  });

/** PyTorch's optimisers with PyTorch's defaults. */
export const optimizer = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("sgd"), learningRate: rate, weightDecay: decay }),
    z.strictObject({
      kind: z.literal("momentum"),
      learningRate: rate,
      momentum: unit(0.9),
      weightDecay: decay,
    }),
    z.strictObject({
      kind: z.literal("nesterov"),
      learningRate: rate,
      momentum: unit(0.9),
      weightDecay: decay,
    }),
    adam("adam", 0),
    adam("adamw", 0.01),
    z.strictObject({
      kind: z.literal("rmsprop"),
      learningRate: rate,
      alpha: unit(0.99),
      epsilon,
      weightDecay: decay,
    }),
  ])
  .describe("the rule that turns gradients into steps; weight decay is PyTorch's");
