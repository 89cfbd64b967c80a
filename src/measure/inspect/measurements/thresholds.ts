import { coordinateMoments, expectedSquare } from "../../noise/coordinate-moments.ts";
import { isEstimate, type Measured } from "../../noise/measured.ts";
import { preconditionedOperator, shiftedOperator } from "../../operators/combine.ts";
import { optimiserPreconditioner } from "../../operators/optimiser-preconditioner.ts";
import { type StabilityLine, stabilityLines } from "../../stability/lines.ts";
import type { Context } from "../context.ts";
import type { Measurement } from "../measurement.ts";
import { asMeasured, exactly, measured, nothing } from "../quantities.ts";
import type { Quantity, Threshold } from "../result.ts";
import { batchSharpnessOf } from "./batches.ts";
import { meanSquareCost, meanSquareThresholds } from "./mean-square.ts";
import { stepSharpness } from "./optimizer-step.ts";
import { topOf } from "./hessian-spectrum.ts";

export const thresholds: Measurement = {
  name: "thresholds",
  about: "where the optimiser loses stability",
  citations: [
    "Cohen et al. (2021), https://arxiv.org/abs/2103.00065",
    "Cohen et al. (2022), https://arxiv.org/abs/2207.14484",
    "Mulayoff, Michaeli (2024), https://arxiv.org/abs/2306.07850",
  ],
  cost: (context) => ({
    products: curvaturesCost(context) + meanSquareCost(context),
    setups: 2,
    vectors: 50,
  }),
  async run(context) {
    const found: Threshold[] = [];
    for (const line of stabilityLines(context.settings.optimizer)) {
      const held = await measuredFor(line, context);
      if (held === undefined) continue;
      const own = thresholdOf(line, held.measured, context, held.note);
      found.push(held.limit ? { ...own, limit: held.limit } : own);
    }
    found.push(...(await meanSquareThresholds(context)));
    return { measurements: { thresholds: found } };
  },
};

/** λmax and batch sharpness are shared with the measurements that are named for them. */
function curvaturesCost({ plan, settings, problem }: Context): number {
  const shared = (name: string) => plan.steps.some(({ measurement }) => measurement.name === name);
  const top = shared("hessian.top") ? 0 : 24;
  const batches = shared("batch-sharpness") ? 0 : (256 * settings.batch) / problem.data.count;
  return 1 + top + batches + (settings.optimizer.kind === "sgd" ? 0 : 30);
}

function thresholdOf(
  line: StabilityLine,
  curvature: Quantity,
  { settings: { learningRate } }: Context,
  note: string | undefined,
): Threshold {
  const value = asMeasured(curvature);
  const method = `rate at which ${line.formula} is met`;
  const limit = value && value.value > 0 ? line.limit?.(value) : undefined;
  const quantity =
    limit === undefined
      ? nothing(method, "undefined", "the curvature sets no limit")
      : limit.value === Infinity
        ? nothing(method, "undefined", "no rate is too large for this curvature")
        : { ...measured(limit), method };
  return {
    quantity: line.quantity,
    optimizer: line.optimizer,
    meaning: line.meaning,
    formula: line.formula,
    kind: note === undefined ? line.kind : "estimate",
    measured: curvature,
    limit: quantity,
    ...(learningRate !== undefined &&
      value && {
        at: {
          learningRate,
          threshold: line.threshold(learningRate),
          verdict: verdictOf(value, line.threshold(learningRate)),
        },
      }),
    ...(note !== undefined && { note }),
  };
}

function verdictOf(curvature: Measured, threshold: number): "within" | "beyond" | "undecided" {
  const [low, high] = isEstimate(curvature)
    ? [curvature.low, curvature.high]
    : [curvature.value, curvature.value];
  return high < threshold ? "within" : low > threshold ? "beyond" : "undecided";
}

/** The curvature that a line is for; undefined where it cannot be had here. */
async function measuredFor(
  line: StabilityLine,
  context: Context,
): Promise<{ measured: Quantity; limit?: Quantity; note?: string } | undefined> {
  switch (line.quantity) {
    case "hessian.top": {
      const [first] = (await context.hessianPairs()).top;
      return { measured: exactly(first.value, "λmax, Lanczos", { status: first.status }) };
    }
    case "batch-sharpness":
      return { measured: (await batchSharpnessOf(context)).sharpness };
    case "preconditioned.top":
      return preconditionedTop(context);
    case "optimizer-sharpness": {
      const step = await stepSharpness(context);
      return step && { measured: step.sharpness, limit: step.limit };
    }
  }
}

/** λmax(P⁻¹H), P of the optimiser's state or estimated from E[g_B²] at fixed weights. */
async function preconditionedTop(context: Context): Promise<{ measured: Quantity; note?: string }> {
  const { settings, problem, point, runtime, options } = context;
  const { optimizer: spec } = settings;
  const { state } = context;
  const hessian = await context.hessian();
  const decay =
    spec.kind !== "adamw" && spec.weightDecay
      ? shiftedOperator(hessian, spec.weightDecay)
      : hessian;
  let diagonal: Float64Array;
  if (state) diagonal = optimiserPreconditioner(spec, state.slots, state.steps);
  else {
    const moments = await coordinateMoments(runtime, problem, point, options);
    const squares = expectedSquare(moments, settings.batch, settings.replacement);
    const epsilon = "epsilon" in spec && spec.epsilon !== undefined ? spec.epsilon : 1e-8;
    diagonal = squares.map((square) => Math.sqrt(square) + epsilon);
  }
  const [first] = await topOf(
    context,
    preconditionedOperator(decay, diagonal),
    "preconditioned",
    1,
  );
  return {
    measured: exactly(first.value, "λmax(P⁻¹H), Lanczos", { status: first.status }),
    ...(!state && {
      note: "the optimiser's state was not given: its preconditioner is estimated from E[g_B²] at fixed weights",
    }),
  };
}
