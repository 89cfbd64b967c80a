// The JSON that `thalweg escape` writes, as a schema for whoever reads it. The types are those of
// diffusion/escape; a test holds real results against this.
import { z } from "zod";
import { escapeSpec } from "./escape.ts";

const number = z.number();
const count = z.int().nonnegative();
const text = z.string();
const maybe = number.nullable();
const list = z.array(number);

const estimate = z
  .strictObject({
    value: maybe,
    stderr: maybe,
    low: number,
    high: maybe,
    level: number,
    samples: count,
    censored: count,
    method: text,
    seed: text,
  })
  .meta({ id: "estimate", description: "null: not known; high null: without bound" });

const lineEstimate = z
  .strictObject({
    value: number,
    stderr: maybe,
    low: maybe,
    high: maybe,
    level: number,
    samples: count,
    method: text,
    seed: text,
    censored: count.exactOptional(),
  })
  .meta({ id: "lineEstimate", description: "null: not finite" });

const theory = z
  .strictObject({
    name: text,
    formula: text,
    source: text,
    applies: z.boolean(),
    why: text,
    time: maybe,
    steps: maybe,
    logTime: maybe,
    error: maybe.exactOptional(),
    exitSurface: z.enum(["saddle", "beyond"]).exactOptional(),
    convention: text.exactOptional(),
  })
  .meta({ id: "theory", description: "what a theory says of the mean first-passage time" });

const described = z.strictObject({
  name: text,
  formula: text,
  parameters: z.record(text, number),
});
const placed = z.strictObject({ at: list, value: number });

const statistics = {
  meanFirstPassageTime: estimate.describe("in the time of the equation"),
  steps: estimate.describe("the same in steps"),
  rate: estimate.nullable().describe("escapes per time"),
  exponential: z
    .strictObject({
      statistic: number,
      pValue: number,
      cells: count,
      degrees: count,
      method: text,
    })
    .nullable()
    .describe("whether the times are exponential; null for fewer than 20 events"),
  survival: z
    .strictObject({
      times: list,
      survival: list,
      low: list,
      high: list,
      median: maybe,
    })
    .describe("Kaplan and Meier's curve"),
};

const throughput = z.strictObject({
  particleSteps: number,
  seconds: number,
  particleStepsPerSecond: number,
  processes: count,
});

const escape = z
  .strictObject({
    schema: z.literal("thalweg/escape@1"),
    spec: escapeSpec,
    target: z.enum(["continuous", "discrete"]),
    potential: described,
    noise: described,
    scheme: text,
    convention: z.enum(["ito", "stratonovich", "anti-ito"]),
    exit: z.strictObject({
      text,
      kind: z.enum(["half-space", "ball", "level", "predicate"]),
      bridged: z.boolean(),
    }),
    eta: number,
    horizon: count.describe("steps after which a walker was given up"),
    ...statistics,
    theory: z.record(text, theory),
    reference: text.nullable().describe("key of the theory to hold the estimate against first"),
    paths: z.array(z.strictObject({ times: list, points: z.array(list), left: z.boolean() })),
    landscape: z.strictObject({
      box: z.array(z.tuple([number, number])),
      minimum: placed.nullable(),
      saddles: z.array(placed),
    }),
    notes: z.array(text),
    interrupted: z.boolean(),
    throughput,
  })
  .meta({ id: "escape" });

const line = {
  abscissa: text,
  slope: lineEstimate,
  intercept: lineEstimate,
  chiSquare: number,
  degrees: count,
  rSquared: number,
};
const extrapolation = z.strictObject({
  value: lineEstimate,
  order: z.union([number, lineEstimate]),
  coefficient: number,
  chiSquare: number,
  degrees: count,
});

const sweep = z.strictObject({
  schema: z.literal("thalweg/escape-sweep@1"),
  spec: escapeSpec,
  parameter: text,
  points: z.array(z.strictObject({ value: number, result: escape })),
  predicted: text.nullable(),
  theoreticalSlope: z.strictObject({ asymptotic: maybe, reference: maybe }),
  fits: z.array(z.strictObject({ ...line, deltaAic: number, weight: number })),
  againstTheory: z.strictObject(line).nullable(),
  extrapolation: z.strictObject({ fitted: extrapolation, expected: extrapolation }).nullable(),
  interrupted: z.boolean(),
});

const replicas = z.strictObject({
  schema: z.literal("thalweg/escape-run@1"),
  spec: z.strictObject({
    run: text.describe("name of the run"),
    at: count.describe("step of its checkpoint"),
    exit: text.describe("a condition of V, V0 and r"),
    eta: number,
    batchSize: count,
    walkers: count,
    replicas: count,
    every: count.describe("steps between two looks at V"),
    samples: count,
    horizon: count.exactOptional(),
    seed: text.describe("walker i is the run's fork with the order seed `seed` + i"),
  }),
  target: z.literal("discrete"),
  training: z.strictObject({
    model: text,
    parameters: count,
    samples: text,
    loss: text,
    optimiser: text,
    sampler: text,
  }),
  checkpoint: z
    .strictObject({
      loss: number,
      gradientNorm: number,
      sharpness: number.describe("the largest Ritz value of H"),
      edge: number.describe("2/eta"),
      noiseTrace: lineEstimate.describe("tr C of a mini-batch gradient"),
    })
    .nullable(),
  eta: number,
  horizon: count,
  ...statistics,
  theory: z.record(text, theory),
  reference: text.nullable(),
  diverged: count,
  tracks: z.array(
    z.strictObject({
      walker: count,
      left: z.boolean(),
      steps: list,
      distance: z.array(maybe),
      batchLoss: z.array(maybe),
    }),
  ),
  notes: z.array(text),
  interrupted: z.boolean(),
  throughput,
});

/** What `thalweg escape --json` writes: one experiment, a sweep of them, or replicas of a run's checkpoint. */
export const escapeResultSchema = z.discriminatedUnion("schema", [escape, sweep, replicas]);

/** The same as JSON Schema. */
export const escapeJsonSchema = (): unknown => z.toJSONSchema(escapeResultSchema, { io: "input" });
