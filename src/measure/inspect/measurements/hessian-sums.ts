// Traces, diagonals and Frobenius norms: from all unit vectors with `exact`, else from probes.
import type { FloatArray } from "../../../numeric/index.ts";
import type { ParameterOperator } from "../../operators/parameter-operator.ts";
import { estimateDiagonal } from "../../traces/diagonal.ts";
import { xtrace } from "../../traces/epperly2024-xtrace.ts";
import type { ExactSums } from "../../traces/exact-sums.ts";
import { frobeniusNorm } from "../../traces/frobenius.ts";
import { quadraticForms } from "../../traces/hutchinson.ts";
import { blocks, probeVector } from "../../traces/probe.ts";
import { type Context, isSmall, mostExactParameters } from "../context.ts";
import type { Measurement } from "../measurement.ts";
import { estimated, exactly } from "../quantities.ts";
import type { Diagonal, Quantity } from "../result.ts";

/** Of a trace's paired difference. */
const pairedProbes = 64;

type Matrix = "hessian" | "covariance" | "gaussNewton";

export const hessianTrace: Measurement = {
  name: "hessian.trace",
  about: "trace of the Hessian",
  citations: ["Epperly, Tropp, Webber (2024), XTrace, https://doi.org/10.1137/23M1548323"],
  cost: (context) => ({ products: sumProducts(context, 200), vectors: 200 }),
  run: async (context) => ({
    measurements: { "hessian.trace": await traceOf(context, "hessian", await context.hessian()) },
  }),
};

export const ggnTrace: Measurement = {
  name: "ggn.trace",
  about: "trace of the Gauss–Newton matrix",
  cost: (context) => ({ products: sumProducts(context, 200), vectors: 200 }),
  run: async (context) => ({
    measurements: {
      "ggn.trace": await traceOf(context, "gaussNewton", await context.gaussNewton()),
    },
  }),
};

export const hessianFrobenius: Measurement = {
  name: "hessian.frobenius",
  about: "Frobenius norm of the Hessian",
  cost: (context) => ({ products: sumProducts(context, 200), vectors: 16 }),
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
  cost: (context) => ({ products: sumProducts(context, 100), vectors: 24 }),
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
  const found = await xtrace(operator, context.draws(`${matrix}.trace`), {
    ...context.settings.rule,
    minSamples: Math.min(30, Math.max(2, Math.floor(context.dimension / 2))),
    maxSamples: Math.min(100, Math.max(2, context.dimension)),
  });
  return estimated(found, tooLarge(context));
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
