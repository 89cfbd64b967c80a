import { z } from "zod";

export const count = z.int().positive();
export const positive = z.number().positive();
const fraction = z.number().min(0).max(1);

const wholeNumber = /^(0|[1-9][0-9]{0,19})$/;

/** A decimal string of an integer from 0 to 2⁶⁴ − 1; small ones may be written as numbers. */
export const seed = z
  .union([
    z.string().regex(wholeNumber, "must be a decimal string of a whole number"),
    z.int().nonnegative().transform(String),
  ])
  // Asked of every string, also of one that is no number.
  .refine(
    (text) => !wholeNumber.test(text) || BigInt(text) < 2n ** 64n,
    "must be below 18446744073709551616",
  );

const stepSchedule = <T extends z.ZodNumber>(value: T) =>
  z.strictObject({
    kind: z.literal("step"),
    value,
    factor: positive,
    boundaries: z.array(count).min(1),
  });

const cyclicSchedule = <T extends z.ZodNumber>(value: T) =>
  z.strictObject({
    kind: z.literal("cyclic"),
    low: value,
    high: value,
    period: z.int().min(2),
    shape: z.enum(["triangle", "square"]).default("triangle"),
  });

const constantSchedule = <T extends z.ZodNumber>(value: T) =>
  z.strictObject({ kind: z.literal("constant"), value });

/** A number, or a schedule of it by step. */
export const rate = z
  .union([
    positive,
    z.discriminatedUnion("kind", [
      constantSchedule(positive),
      stepSchedule(positive),
      z.strictObject({
        kind: z.literal("cosine"),
        value: positive,
        final: z.number().nonnegative().default(0),
        steps: count,
      }),
      cyclicSchedule(positive),
    ]),
  ])
  .describe("a number, or a schedule by step");

/** A whole number, or a schedule of it by step; rounded where the schedule is not whole. */
export const batchSize = z
  .union([
    count,
    z.discriminatedUnion("kind", [
      constantSchedule(count),
      stepSchedule(count),
      z.strictObject({ kind: z.literal("cosine"), value: count, final: count, steps: count }),
      cyclicSchedule(count),
    ]),
  ])
  .describe("samples a step: a whole number, or a schedule by step");

export const loss = z
  .enum(["cross-entropy", "squared-error", "half-squared-error", "mean-squared-error"])
  .describe("means over samples; squared-error is the sum over outputs of (f - y)^2");

export const sampler = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("epochs"), last: z.enum(["keep", "drop"]).default("keep") }),
    z.strictObject({ kind: z.literal("without-replacement") }),
    z.strictObject({ kind: z.literal("with-replacement") }),
  ])
  .describe("how batches are drawn");

export const data = z
  .strictObject({
    name: z.string().min(1).describe("fashion-mnist, mnist, cifar10, or a file or folder"),
    split: z.enum(["train", "test"]).exactOptional(),
    count: count.exactOptional().describe("only the first so many samples"),
    dataDir: z.string().exactOptional().describe("where to look before anywhere else"),
    standardise: z
      .enum(["global", "channel", "feature", "unit", "none"])
      .exactOptional()
      .describe(
        "mean 0 and deviation 1 over everything, each channel or each feature; unit: pixels to [0, 1]. Default: global for known images, feature for tables",
      ),
    labelNoise: z
      .strictObject({ fraction, seed: seed.default("1") })
      .exactOptional()
      .describe("so large a part of the labels drawn anew, uniformly from all classes"),
    csv: z
      .strictObject({
        target: z.union([z.string(), z.int()]).exactOptional(),
        targetKind: z.enum(["label", "value"]).exactOptional(),
        drop: z.array(z.union([z.string(), z.int()])).exactOptional(),
        delimiter: z.string().length(1).exactOptional(),
      })
      .exactOptional(),
  })
  .describe("the samples that the loss is a mean over");
