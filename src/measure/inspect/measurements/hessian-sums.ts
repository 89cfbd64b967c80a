// Traces, diagonals and Frobenius norms: from all unit vectors with `exact`, else from probes.
import type { FloatArray } from "../../../numeric/index.ts";
import type { ParameterOperator } from "../../operators/parameter-operator.ts";
import { estimateDiagonal } from "../../traces/diagonal.ts";
import { alignmentOfProducts, type ProbeAlignment, productsOf } from "../../noise/alignment.ts";
import { applyBlock } from "../../operators/operator.ts";
import { xtrace, type XtraceOptions } from "../../traces/epperly2024-xtrace.ts";
import type { ExactSums } from "../../traces/exact-sums.ts";
import { frobeniusNorm } from "../../traces/frobenius.ts";
import { hutchinsonTrace, quadraticForms } from "../../traces/hutchinson.ts";
import { blocks, type ProbeEstimate, probeVector } from "../../traces/probe.ts";
import { type Context, isSmall, mostExactParameters } from "../context.ts";
import type { Measurement } from "../measurement.ts";
import { estimated, exactly } from "../quantities.ts";
import type { Diagonal, Quantity } from "../result.ts";
import { sharedCost } from "../shared-cost.ts";

/** Of a trace's paired difference. */
const pairedProbes = 64;
/** That XTrace takes to the usual error, about; two products each. */
const usualProbes = 42;
/** Of XTrace before its rule is asked, and of the alignment beside it. */
const leastProbes = 30;

type Matrix = "hessian" | "covariance" | "gaussNewton";

export const hessianTrace: Measurement = {
  name: "hessian.trace",
  about: "trace of the Hessian",
  citations: ["Epperly, Tropp, Webber (2024), XTrace, https://doi.org/10.1137/23M1548323"],
  cost: (context) => ({
    products: 0,
    blocked: traceCost(context, "hessian.trace"),
    setups: 3,
    vectors: 2 * usualProbes,
  }),
  run: async (context) => ({
    measurements: { "hessian.trace": await traceOf(context, "hessian", await context.hessian()) },
  }),
};

export const ggnTrace: Measurement = {
  name: "ggn.trace",
  about: "trace of the Gauss–Newton matrix",
  cost: (context) => ({
    products: 0,
    blocked: sumProducts(context, 2 * usualProbes),
    vectors: 2 * usualProbes,
  }),
  run: async (context) => ({
    measurements: {
      "ggn.trace": await traceOf(context, "gaussNewton", await context.gaussNewton()),
    },
  }),
};

export const hessianFrobenius: Measurement = {
  name: "hessian.frobenius",
  about: "Frobenius norm of the Hessian",
  cost: (context) => ({ products: 0, blocked: sumProducts(context, 200), vectors: 16 }),
  async run(context) {
    if (context.settings.exact && isSmall(context)) {
      const { frobenius } = await context.exactSums("hessian");
      return { measurements: { "hessian.frobenius": exactly(frobenius, exactMethod(context)) } };
    }
    const estimate = await frobeniusNorm(
      await context.hessian(),
      context.draws("hessian.frobenius"),
      context.settings.rule,
    );
    return { measurements: { "hessian.frobenius": estimated(estimate, tooLarge(context)) } };
  },
};

export const hessianDiagonal: Measurement = {
  name: "hessian.diagonal",
  about: "diagonal of the Hessian",
  citations: [
    "Bekas, Kokiopoulou, Saad (2007), An estimator for the diagonal of a matrix, https://doi.org/10.1016/j.apnum.2007.01.003",
  ],
  cost: (context) => ({ products: 0, blocked: sumProducts(context, 100), vectors: 24 }),
  async run(context) {
    if (context.settings.exact && isSmall(context)) {
      const { diagonal } = await context.exactSums("hessian");
      return {
        measurements: { "hessian.diagonal": summary(diagonal, { method: exactMethod(context) }) },
      };
    }
    const found = await estimateDiagonal(
      await context.hessian(),
      context.draws("hessian.diagonal"),
      { relativeStderr: 0, maxSamples: 100 },
    );
    const squares = found.stderr.reduce((sum, s) => sum + s * s, 0);
    return {
      measurements: {
        "hessian.diagonal": summary(found.values, {
          method: found.method,
          samples: found.samples,
          stderr: Math.sqrt(squares / found.stderr.length),
        }),
      },
    };
  },
};

/** XTrace's products, and those with Σ for the alignment, for the first measurement that wants them. */
export function traceCost(context: Context, own: string): number {
  const users = alignsByTrace(context) ? ["hessian.trace", "alignment"] : ["hessian.trace"];
  const beside = users.length > 1 ? leastProbes / 2 : 0;
  return sharedCost(context, own, users, sumProducts(context, 2 * usualProbes) + beside);
}

/** The trace of a matrix, exactly or by XTrace. */
async function traceOf(
  context: Context,
  matrix: Matrix,
  operator: ParameterOperator,
): Promise<Quantity> {
  if (context.settings.exact && isSmall(context)) {
    const { trace }: ExactSums = await context.exactSums(matrix);
    return exactly(trace, exactMethod(context));
  }
  if (context.settings.observe) await observeTrace(context, matrix, operator);
  const { trace } = await (matrix === "hessian"
    ? tracedHessian(context)
    : xtraced(context, matrix, operator).then((own) => ({ trace: own })));
  return estimated(trace, tooLarge(context));
}

/**
 * The trace of the Hessian by XTrace, and where the plan has the alignment, what its first probes say of
 * that: H times a probe serves both.
 */
export function tracedHessian(
  context: Context,
): Promise<{ readonly trace: ProbeEstimate; readonly aligned?: ProbeAlignment }> {
  return context.once("trace of the Hessian", async () => {
    const hessian = await context.hessian();
    if (!alignsByTrace(context)) return { trace: await xtraced(context, "hessian", hessian) };
    const sigma = await context.covariance();
    const rows: number[][] = [];
    const trace = await xtraced(context, "hessian", hessian, async (probes, images) => {
      if (rows.length >= leastProbes) return;
      const other = probes.map((z) => z.slice());
      await applyBlock(sigma, probes, other);
      probes.forEach((z, j) => rows.push(productsOf(z, images[j], other[j])));
    });
    const { seed } = context.draws("hessian.trace");
    return { trace, aligned: alignmentOfProducts(context.dimension, rows, { seed }) };
  });
}

/** Whether the alignment takes the probes of the trace: those of a small matrix are too few, and pairs want their own. */
export function alignsByTrace(context: Context): boolean {
  const { plan, settings, dimension, problem } = context;
  const wanted = plan.steps.some(({ measurement }) => measurement.name === "alignment");
  const exact = settings.exact && isSmall({ dimension });
  if (!wanted || exact || settings.observe || problem.mixesSamples) return false;
  return dimension >= 2 * leastProbes && holdsSketch(context);
}

/** By XTrace, or by Hutchinson's estimator where XTrace's vectors are too many to hold. */
function xtraced(
  context: Context,
  matrix: Matrix,
  operator: ParameterOperator,
  visit?: XtraceOptions["visit"],
): Promise<ProbeEstimate> {
  const { settings, dimension } = context;
  const draws = context.draws(`${matrix}.trace`);
  if (!holdsSketch(context)) {
    const { relativeStderr = 0.02, maxSamples = 256 } = settings.rule;
    return hutchinsonTrace(operator, draws, { relativeStderr, maxSamples });
  }
  return xtrace(operator, draws, {
    ...settings.rule,
    minSamples: Math.min(leastProbes, Math.max(2, Math.floor(dimension / 2))),
    maxSamples: Math.min(100, Math.max(2, dimension), sketchProbes(context)),
    ...(visit && { visit }),
  });
}

/** Probes whose two vectors each, in a sketch, are no more than twice the byte budget. */
function sketchProbes({ dimension, options, problem }: Context): number {
  return Math.floor(options.byteBudget / (dimension * (problem.dtype === "float32" ? 4 : 8)));
}

function holdsSketch(context: Context): boolean {
  return sketchProbes(context) >= Math.min(leastProbes, context.dimension);
}

/** zᵀAz of single probes: XTrace's own terms are not independent, differences need some that are. */
async function observeTrace(context: Context, matrix: Matrix, operator: ParameterOperator) {
  const draws = context.draws(`${matrix}.trace`);
  const values: number[] = [];
  for (const indices of blocks(0, pairedProbes, undefined)) {
    const probes = indices.map((i) => probeVector(operator, "rademacher", draws, i));
    values.push(...(await quadraticForms(operator, probes)));
  }
  const name = matrix === "gaussNewton" ? "ggn.trace" : `${matrix}.trace`;
  context.observations.set(name, {
    of: "probes",
    length: operator.dim,
    seed: draws.seed,
    means: [{ values, power: 1 }],
  });
}

/** What is said where `exact` was asked for and is too large. */
export function tooLarge({ settings, dimension }: Context): { note?: string } {
  if (!settings.exact) return {};
  return {
    note: `too large for --exact: ${dimension} parameters, at most ${mostExactParameters}; estimated`,
  };
}

export const exactMethod = ({ dimension }: Context) => `sum over ${dimension} unit vectors`;

function sumProducts(context: Context, probes: number): number {
  return context.settings.exact && isSmall(context) ? context.dimension : probes;
}

function summary(
  values: FloatArray,
  about: Pick<Diagonal, "method" | "samples" | "stderr">,
): Diagonal {
  let [minimum, maximum, total, negative] = [Infinity, -Infinity, 0, 0];
  for (const value of values) {
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
    total += value;
    if (value < 0) negative++;
  }
  return {
    ...about,
    minimum,
    maximum,
    mean: total / values.length,
    negative: negative / values.length,
    ...(values.length <= 100_000 && { values: Array.from(values) }),
  };
}
