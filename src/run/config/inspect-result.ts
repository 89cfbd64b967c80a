// The JSON that `thalweg inspect` writes, as a schema for whoever reads it. The types are those of
// measure/inspect/result.ts; a test holds real results against this and this against the page in docs/.
import { z } from "zod";
import { loss } from "./fields.ts";

const number = z.number();
const count = z.int().nonnegative();
const text = z.string();
const list = z.array(number);

const quantity = z
  .strictObject({
    value: number.nullable(),
    stderr: number.nonnegative().exactOptional(),
    low: number.exactOptional(),
    high: number.exactOptional(),
    level: number.exactOptional(),
    samples: count.exactOptional(),
    excluded: count.exactOptional(),
    method: text,
    seed: text.exactOptional(),
    status: z
      .enum([
        "converged",
        "max-samples",
        "max-iterations",
        "undefined",
        "not-meaningful",
        "lower-bound",
        "not-finite",
        "too-large",
      ])
      .exactOptional(),
    note: text.exactOptional(),
  })
  .meta({ id: "quantity", description: "a measured number; exact ones have no stderr" });

const eigenvalue = z
  .strictObject({
    value: number,
    residual: number.nonnegative(),
    status: z.enum(["converged", "max-iterations"]),
    method: text,
    samplingStderr: number.nonnegative().exactOptional(),
  })
  .meta({ id: "eigenvalue", description: "an eigenvalue lies within residual of value" });

const spectrum = z.array(eigenvalue).exactOptional();
const maybe = quantity.exactOptional();

const density = z.strictObject({
  method: text,
  grid: list,
  density: list,
  stderr: list,
  low: list.exactOptional(),
  high: list.exactOptional(),
  level: number.exactOptional(),
  axis: z.enum(["linear", "log"]).exactOptional(),
  threshold: number.exactOptional(),
  width: number,
  probes: count,
  steps: count,
  nodes: list,
  weights: list,
});

const diagonal = z.strictObject({
  method: text,
  samples: count.exactOptional(),
  stderr: number.exactOptional(),
  minimum: number,
  maximum: number,
  mean: number,
  negative: number,
  values: list.exactOptional(),
});

const shape = z.array(count);
const layer = z.strictObject({
  name: text,
  shape,
  size: count,
  top: quantity,
  trace: quantity,
  gradient: maybe,
});

const threshold = z.strictObject({
  quantity: text,
  optimizer: text,
  meaning: text,
  formula: text,
  measured: quantity,
  limit: quantity,
  at: z
    .strictObject({
      learningRate: number,
      threshold: number,
      verdict: z.enum(["within", "beyond", "undecided"]),
    })
    .exactOptional(),
  kind: z.enum(["exact", "sufficient", "necessary", "estimate"]),
  note: text.exactOptional(),
});

const axis = z.strictObject({ name: text, scale: number });
const losses = z.array(number.nullable());
const landscape = z.strictObject({
  "1d": z.array(z.strictObject({ axis, at: list, loss: losses })).exactOptional(),
  "2d": z
    .strictObject({
      axes: z.tuple([axis, axis]),
      at: z.tuple([list, list]),
      loss: z.array(losses),
    })
    .exactOptional(),
});

const measurements = z.strictObject({
  loss: maybe,
  gradient: z.strictObject({ norm: number, method: text }).exactOptional(),
  "hessian.top": spectrum,
  "hessian.bottom": spectrum,
  "hessian.trace": maybe,
  "hessian.diagonal": diagonal.exactOptional(),
  "hessian.frobenius": maybe,
  "hessian.density": density.exactOptional(),
  "hessian.layers": z.array(layer).exactOptional(),
  "ggn.top": spectrum,
  "ggn.trace": maybe,
  "fisher.empirical.top": spectrum,
  "fisher.mc.top": spectrum,
  "covariance.trace": maybe,
  "covariance.top": spectrum,
  alignment: z
    .strictObject({ trHSigma: quantity, ratio: quantity, cosine: quantity, aHat: quantity })
    .exactOptional(),
  "noise-scale": z
    .strictObject({
      simple: quantity,
      curvature: quantity,
      simplePopulation: quantity,
      curvaturePopulation: quantity,
    })
    .exactOptional(),
  "tail-index": maybe,
  "batch-sharpness": maybe,
  "batch-sharpness-ratio": maybe,
  "mini-batch-sharpness": maybe,
  gni: maybe,
  thresholds: z.array(threshold).exactOptional(),
  landscape: landscape.exactOptional(),
});

const sample = z.strictObject({
  row: count,
  label: text.exactOptional(),
  loss: number,
  curvature: number,
  gradientNorm: number,
});

const figures = z.strictObject({
  eigenvectors: z
    .array(
      z.strictObject({
        index: count,
        eigenvalue: number,
        noise: number.exactOptional(),
        gradientShare: number,
      }),
    )
    .exactOptional(),
  batchSizes: z
    .array(
      z.strictObject({
        batchSize: count,
        batchSharpness: quantity,
        miniBatchSharpness: maybe,
      }),
    )
    .exactOptional(),
  sharpSamples: z.array(sample).exactOptional(),
  steepSamples: z.array(sample).exactOptional(),
});

const parameters = z.array(z.strictObject({ name: text, module: text.exactOptional(), shape }));
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const file = { file: text, sha256 };

/** `thalweg/inspect@1`. */
export const inspectResultSchema = z.strictObject({
  schema: z.literal("thalweg/inspect@1"),
  thalweg: text,
  model: z.strictObject({
    ...file,
    parameters,
    parameterCount: count,
    frozen: parameters.exactOptional(),
    tied: z.record(text, text).exactOptional(),
    output: text,
    opset: count.exactOptional(),
    producer: text.exactOptional(),
    weights: z.strictObject(file).exactOptional(),
  }),
  data: z.strictObject({
    ...file,
    samples: count,
    subset: text.exactOptional(),
    weighted: z.boolean().exactOptional(),
    classes: z.int().min(2).exactOptional(),
  }),
  loss,
  precision: z.enum(["f32", "f64"]),
  seed: text,
  settings: z.strictObject({
    batch: count,
    replacement: z.boolean(),
    exact: z.boolean(),
    batchnorm: z.enum(["stored", "batch"]),
    learningRate: number.exactOptional(),
    weightDecay: number.exactOptional(),
    optimizer: text,
    measure: z.array(text),
    until: text.exactOptional(),
  }),
  measured: z.array(text),
  notes: z.array(text),
  measurements,
  figures,
  missing: z.array(z.strictObject({ name: text, reason: text })),
  interrupted: z.boolean(),
  cost: z.strictObject({ seconds: number, products: count, peakBytes: number.exactOptional() }),
  citations: z.array(text),
  checkpoints: z
    .array(z.strictObject({ ...file, values: z.record(text, quantity) }))
    .exactOptional(),
});

/** `thalweg/inspect-compare@1`: two results and b − a of what both have. */
export const inspectComparisonSchema = z.strictObject({
  schema: z.literal("thalweg/inspect-compare@1"),
  a: inspectResultSchema,
  b: inspectResultSchema,
  differences: z.record(text, quantity),
});

/** Both documents as one JSON Schema. */
export function inspectJsonSchema(): object {
  return z.toJSONSchema(z.union([inspectResultSchema, inspectComparisonSchema]), { reused: "ref" });
}
