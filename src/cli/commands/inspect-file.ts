import { readFileSync } from "node:fs";
import {
  type Context,
  foreignProblem,
  type ForeignProblem,
  inspect,
  inspectContext,
  type Inspected,
  type InspectResult,
  inspectSchema,
  measurements,
  type Plan,
  planCost,
  planOf,
  usualMeasures,
} from "../../measure/index.ts";
import { type ModelFile, readModelFile, type ReadSamples, readSamples } from "../../node/inspect/index.ts"; // prettier-ignore
import {
  ConfigError,
  type InspectConfig,
  parseMemory,
  parseOptimizer,
  parseUntil,
} from "../../run/index.ts";
import { OnnxError } from "../../onnx/reader/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { duration, grouped, type Output } from "../output.ts";
import { chosenParameters } from "./globs.ts";
import { classWeightsOf, readState, writeVectors } from "./inspect-side-files.ts";

export interface InspectJob {
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  readonly out: Output;
  readonly config: InspectConfig;
  readonly figures: boolean;
  /** Keep single observations, for differences. */
  readonly observe?: true;
  /** JSON: names in the model to names in other files. */
  readonly map?: string;
  /** Where the first eigenvectors go. */
  readonly vectors?: string;
}

/** A model that is read, its data, its plan and its context: ready to measure. */
export interface Ready extends ForeignProblem {
  readonly file: ModelFile;
  readonly samples: ReadSamples;
  readonly plan: Plan;
  readonly context: Context;
  readonly began: number;
}

/** Measure one model file. */
export async function inspectFile(path: string, job: InspectJob): Promise<InspectResult> {
  const ready = await prepareFile(path, job);
  await using context = ready.context;
  const { optimizerState } = job.config;
  if (optimizerState !== undefined)
    await context.setPoint(ready.point, await readState(optimizerState, ready, job.map));
  const found = await runPlan(context, job);
  await writeVectors(ready, job);
  return resultOf(ready, found, job);
}

export async function prepareFile(
  path: string,
  { runtime, config, figures, observe, vectors }: InspectJob,
): Promise<Ready> {
  // prettier-ignore
  const began = performance.now();
  const { seed, exact, loss } = config;
  const plan = planned(config, figures);
  if (vectors !== undefined && plan.hessianPairs.top === 0)
    throw new ConfigError("--vectors needs hessian.top among --measure");
  const optimizer = parseOptimizer(config.optimizer, config.weightDecay);
  const file = await readModelFile(path);
  const samples = await readSamples({
    file: config.data,
    seed,
    real: loss !== "cross-entropy",
    ...(config.target !== undefined && { target: config.target }),
    ...(config.samples !== undefined && { samples: config.samples }),
  });
  const precision = (config.precision ?? (exact ? "f64" : "f32")) === "f64" ? "float64" : "float32";
  const trainable = chosenParameters(config);
  const classWeights =
    config.classWeights === undefined ? undefined : await classWeightsOf(config.classWeights);
  const foreign = named(path, () =>
    foreignProblem(file.bytes, samples, {
      loss,
      precision,
      batchNorm: config.batchnorm,
      externalData: file.externalData,
      ...(config.untie && { ties: "apart" }),
      ...(config.output !== undefined && { output: config.output }),
      ...(config.ignoreIndex !== undefined && { ignoreIndex: config.ignoreIndex }),
      ...(classWeights && { classWeights }),
      ...(trainable && { trainable }),
    }),
  );
  const { model, problem, point } = foreign;
  const batch = config.batch ?? Math.min(32, samples.count);
  if (batch > samples.count && !config.replacement)
    throw new ConfigError(`--batch must be at most the ${samples.count} samples, got ${batch}`);
  const context = inspectContext(runtime, problem, point, plan, {
    batch,
    replacement: config.replacement,
    exact,
    seed,
    optimizer,
    rule: config.until === undefined ? {} : parseUntil(config.until),
    ...(config.learningRate !== undefined && { learningRate: config.learningRate }),
    ...(config.memory !== undefined && { byteBudget: keptWithin(parseMemory(config.memory)) }),
    ...(model.batch !== "open" && { chunk: model.batch.fixed }),
    ...(observe && { observe }),
    rows: samples.rows,
    label: (i) => labelOf(samples, i),
  });
  return { ...foreign, file, samples, plan, context, began };
}

/** What the reader refuses, with the file in front: there may be two. */
function named<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof OnnxError) error.message = `${path}: ${error.message}`;
    throw error;
  }
}

/** Of the calls that keep nothing between them. */
const callsTake = 128e6;

/**
 * Bytes that products may keep, so that the process stays within `memory`: a third of what the program, its
 * samples and its calls leave, since a call takes several times what it hands out.
 */
function keptWithin(memory: number): number {
  return Math.max(1e6, (memory - process.memoryUsage.rss() - callsTake) / 3);
}

/** Which of several models or checkpoints a plan is run for. */
export interface Turn {
  readonly index: number;
  readonly count: number;
  readonly name: string;
}

/** Say what it will cost, then run; a signal ends also the look at the cost, and then all is missing. */
export async function runPlan(context: Context, job: InspectJob, turn?: Turn): Promise<Inspected> {
  try {
    job.out.say(await costWords(context));
  } catch (error) {
    if (!job.signal.aborted) throw error;
  }
  return runSteps(context, job, turn);
}

/** The plan without a look at its cost, with progress over all turns. */
export function runSteps(
  context: Context,
  { out, signal }: InspectJob,
  { index, count, name }: Turn = { index: 0, count: 1, name: "" },
): Promise<Inspected> {
  return inspect(context, {
    signal,
    onProgress: (fraction, label) =>
      out.progress.update(
        (index + fraction) / count,
        name === "" || label === "" ? `${name}${label}` : `${name}: ${label}`,
      ),
  });
}

/** From one product, timed. */
async function costWords(context: Context): Promise<string> {
  const { products, seconds, vectors } = await planCost(context);
  const { resident, chunks } = (await context.hessian()).plan;
  const bytes = process.memoryUsage.rss() + vectors * context.point.byteLength;
  const kept = resident < chunks ? ` (${resident} of ${chunks} chunks kept)` : "";
  return `about ${grouped(products)} ${Math.round(products) === 1 ? "product" : "products"} over all samples, ${duration(1000 * seconds)} by one that was timed, ${grouped(Math.ceil(bytes / 1e6))} MB${kept}`;
}

export function resultOf(ready: Ready, found: Inspected, { config }: InspectJob): InspectResult {
  const { model, problem, file, samples, plan, context, began } = ready;
  const { settings } = context;
  const shapes = (own: ForeignProblem["model"]["parameters"]) =>
    own.map(({ name, shape }) => ({ name, shape }));
  const decay = config.weightDecay;
  return {
    schema: inspectSchema,
    thalweg: version(),
    model: {
      file: file.file,
      sha256: file.sha256,
      parameters: shapes(model.parameters).map((own) => {
        const module = model.modules.get(own.name);
        return module === undefined ? own : { ...own, module };
      }),
      parameterCount: context.dimension,
      ...(model.frozen.length > 0 && { frozen: shapes(model.frozen) }),
      ...(model.tied.size > 0 && { tied: Object.fromEntries(model.tied) }),
      output: model.output.name,
      opset: model.opset,
      ...(model.producer !== "" && { producer: model.producer }),
    },
    data: {
      file: config.data,
      samples: problem.data.count,
      sha256: samples.sha256,
      ...(samples.subset !== undefined && { subset: samples.subset }),
      ...(problem.data.weights && { weighted: true }),
      ...(ready.classes !== undefined && { classes: ready.classes }),
    },
    loss: config.loss,
    precision: problem.dtype === "float64" ? "f64" : "f32",
    seed: config.seed,
    settings: {
      batch: settings.batch,
      replacement: settings.replacement,
      exact: settings.exact,
      batchnorm: config.batchnorm,
      ...(config.learningRate !== undefined && { learningRate: config.learningRate }),
      ...(decay !== undefined && { weightDecay: decay }),
      optimizer: config.optimizer,
      measure: plan.steps.map(({ label }) => label),
      ...(config.until !== undefined && { until: config.until }),
    },
    measured: [
      ...ready.measured,
      ...(decay === undefined
        ? []
        : [`Weight decay ${decay} is not part of the measured loss; the limits take it in.`]),
    ],
    notes: model.notes.filter(({ kind }) => kind === "constants").map(({ text }) => `${text}.`),
    measurements: found.measurements,
    figures: found.figures,
    missing: found.missing,
    interrupted: found.interrupted,
    cost: {
      seconds: (performance.now() - began) / 1000,
      products: context.products,
      peakBytes: process.resourceUsage().maxRSS * 1024,
    },
    citations: found.citations,
  };
}

function planned(config: InspectConfig, figures: boolean): Plan {
  try {
    return planOf(config.measure ?? usualMeasures, measurements, { figures });
  } catch (error) {
    throw error instanceof RangeError ? new ConfigError(error.message) : error;
  }
}

function labelOf({ targets, targetShape, rows, classNames }: ReadSamples, i: number) {
  if (!(targets instanceof Int32Array) || targetShape.length > 0 || i >= rows.length)
    return undefined;
  return classNames?.[targets[i]] ?? String(targets[i]);
}

function version(): string {
  const path = new URL("../../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
