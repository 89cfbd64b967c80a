import type { Context } from "./context.ts";
import { productTrial } from "./foresee.ts";
import type { FigureData, Measurements } from "./result.ts";

/** What a plan has come to: all of it, or what was finished when it was stopped. */
export interface Inspected {
  readonly measurements: Measurements;
  readonly figures: FigureData;
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
  readonly interrupted: boolean;
  readonly citations: readonly string[];
}

export interface InspectOptions {
  /** Between two measurements: what is finished is kept. */
  readonly signal?: AbortSignal;
  /** Of the whole, by the products that were planned. */
  readonly onProgress?: (fraction: number, label: string) => void;
}

/** Run a context's plan, one measurement after another; what one cannot do here does not end the others. */
export async function inspect(
  context: Context,
  { signal, onProgress }: InspectOptions = {},
): Promise<Inspected> {
  const { steps } = context.plan;
  const weights = steps.map(({ measurement, argument }) => {
    const { products, blocked = 0 } = measurement.cost(context, argument);
    return Math.max(1, products + blocked);
  });
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let measurements: Measurements = {};
  let figures: FigureData = {};
  const missing: { name: string; reason: string }[] = [];
  const citations = new Set<string>();
  let done = 0;
  const unit = onProgress === undefined ? 0 : await productWork(context, signal);
  for (const [i, step] of steps.entries()) {
    if (signal?.aborted) {
      missing.push({ name: step.label, reason: "interrupted before it was finished" });
      continue;
    }
    onProgress?.(done / whole, step.label);
    // A turn of the event loop, so that signals and timers are seen between two measurements.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const before = context.work;
    const within = setInterval(() => {
      const share = unit > 0 ? (context.work - before) / (unit * weights[i]) : 0;
      onProgress?.((done + weights[i] * Math.min(0.95, share)) / whole, step.label);
    }, 200);
    try {
      const part = await step.measurement.run(context, step.argument, signal);
      measurements = merged(measurements, part.measurements);
      figures = { ...figures, ...part.figures };
      step.measurement.citations?.forEach((citation) => citations.add(citation));
    } catch (error) {
      missing.push({ name: step.label, reason: reasonOf(error, signal) });
    } finally {
      clearInterval(within);
    }
    done += weights[i];
  }
  onProgress?.(1, "");
  return {
    measurements,
    figures,
    missing,
    interrupted: signal?.aborted ?? false,
    citations: [...citations],
  };
}

/** What one product with the Hessian computes; 0 where there is none to be had. */
async function productWork(context: Context, signal: AbortSignal | undefined): Promise<number> {
  try {
    return (await productTrial(context)).work;
  } catch (error) {
    if (signal?.aborted || error instanceof RangeError || error instanceof TypeError) return 0;
    throw error;
  }
}

/** Slices of several kinds are one entry. */
function merged(before: Measurements, next: Partial<Measurements> = {}): Measurements {
  const landscape = { ...before.landscape, ...next.landscape };
  return {
    ...before,
    ...next,
    ...(Object.keys(landscape).length > 0 && { landscape }),
  };
}

function reasonOf(error: unknown, signal: AbortSignal | undefined): string {
  if (signal?.aborted) return "interrupted before it was finished";
  // Refusals of the library are of these two kinds; anything else is a fault and must not be hidden.
  if (error instanceof RangeError || error instanceof TypeError) return error.message;
  throw error;
}
