import type { SymmetricOperator } from "../../operators/operator.ts";
import { eigenvectorNoise } from "../../noise/eigenspace.ts";
import { sharpSamples } from "../../noise/sharp-samples.ts";
import { type EigenpairFound, eigenpairs } from "../../spectra/eigenpairs.ts";
import { squaredNorm } from "../../../numeric/index.ts";
import type { Context } from "../context.ts";
import type { Measurement, Part } from "../measurement.ts";
import type { Eigenvalue, FigureData, SharpSample } from "../result.ts";

const method = "Lanczos, full reorthogonalisation, verified from a random vector";

/** Products of a search for one end, for each eigenpair, and for the bottom, which is often dense, about; passes over the data beside them. */
const [search, forEach, dense, passes] = [22, 4, 16, 6];

export const hessianTop: Measurement = {
  name: "hessian.top",
  argument: "count",
  fallback: 5,
  about: "largest eigenvalues of the Hessian",
  citations: [
    "Stewart (2002), A Krylov–Schur algorithm, https://doi.org/10.1137/S0895479800371529",
  ],
  cost: (_, count) => ({
    products: search + forEach * Number(count) + passes,
    setups: 3,
    vectors: 60,
  }),
  async run(context, count): Promise<Part> {
    const { top, status } = await context.hessianPairs();
    requireFinite(status);
    const pairs = top.slice(0, Number(count));
    const { figures, samplingStderr } = context.problem.mixesSamples
      ? { figures: {}, samplingStderr: undefined }
      : await alongEigenvectors(context, pairs);
    const values = pairs.map(eigenvalue);
    const [first, ...rest] = values;
    return {
      measurements: {
        "hessian.top": [
          { ...first, ...(samplingStderr !== undefined && { samplingStderr }) },
          ...rest,
        ],
      },
      figures,
    };
  },
};

export const hessianBottom: Measurement = {
  name: "hessian.bottom",
  argument: "count",
  fallback: 1,
  about: "smallest eigenvalues of the Hessian",
  cost: ({ plan }, count) => ({
    // One search finds both ends.
    products: (plan.hessianPairs.top > 0 ? 0 : search) + dense + forEach * Number(count),
    setups: 0,
    vectors: 60,
  }),
  async run(context, count) {
    const { bottom, top, status } = await context.hessianPairs();
    requireFinite(status);
    // All pairs of a small space were asked for from the top.
    const pairs = bottom.length > 0 ? bottom : top.toReversed();
    return { measurements: { "hessian.bottom": pairs.slice(0, Number(count)).map(eigenvalue) } };
  },
};

function eigenvalue({ value, residual, status }: EigenpairFound): Eigenvalue {
  return { value, residual, status, method };
}

/** The first `count` eigenvalues of an operator, largest first. */
export async function topOf(
  context: Context,
  operator: SymmetricOperator,
  purpose: string,
  count: number,
): Promise<Eigenvalue[]> {
  const { top, status } = await eigenpairs(operator, context.draws(purpose), {
    top: Math.min(count, operator.dim),
    tolerance: context.settings.tolerance ?? (context.settings.exact ? 1e-6 : 1e-3),
    maxProducts: 2000,
  });
  requireFinite(status);
  return top.map(eigenvalue);
}

function requireFinite(status: string): void {
  if (status === "not-finite")
    throw new RangeError("products must be finite: the loss or a derivative overflowed");
}

/** Noise and gradient along the eigenvectors, and the samples that make the first one sharp. */
async function alongEigenvectors(
  context: Context,
  pairs: readonly EigenpairFound[],
): Promise<{ figures: Partial<FigureData>; samplingStderr?: number }> {
  const { runtime, problem, point, options, settings } = context;
  if (pairs.length === 0 || problem.data.count < 2) return { figures: {} };
  const { gradient } = await context.gradient();
  const g2 = squaredNorm(gradient);
  const noises = await eigenvectorNoise(runtime, problem, point, pairs, options);
  const found = await sharpSamples(runtime, problem, point, pairs[0].vector, options);
  const sample = ({ row, ...numbers }: (typeof found.sharpest)[number]): SharpSample => {
    const label = settings.label?.(row);
    return { row: settings.rows?.[row] ?? row, ...(label !== undefined && { label }), ...numbers };
  };
  return {
    samplingStderr: found.eigenvalue.stderr,
    figures: {
      eigenvectors: noises.map(({ value, noise, slope }, index) => ({
        index,
        eigenvalue: value,
        noise,
        gradientShare: g2 > 0 ? slope ** 2 / g2 : 0,
      })),
      sharpSamples: found.sharpest.map(sample),
      steepSamples: found.steepest.map(sample),
    },
  };
}
