import {
  add,
  directional,
  gather,
  input,
  mul,
  reshape,
  sliceAxis,
  type Tensor,
  valueAndGrad,
} from "../graph/index.ts";
import type { ScanProgram } from "../onnx/scan.ts";
import { weightedMean } from "./loss.ts";
import { optimiser } from "./optimiser.ts";
import { sampleInputs } from "./sample-set.ts";
import type { Training } from "./training.ts";

/** What a training step hands out besides its new state, in the order of `emitted`. */
export type StepOutput = "loss" | "gradientNorm2" | "curvature" | "noiseTrace";

export interface StepProgram extends ScanProgram {
  /** Names of what is emitted, in order, what only some steps emit last. */
  readonly outputs: readonly StepOutput[];
}

/**
 * One training step as the body of a loop.
 *
 *     carry      parameters…, optimiser slots…, buffers…
 *     constants  all inputs [N, …], all targets [N, …], sample weights [N]
 *     slices     indices [b], weights [b], optimiser scalars [k]; with injected noise: [batch size, η], draws…
 *                and where `measured` a flag
 *     emitted    loss; where `measured`, in steps whose flag holds: ‖g_B‖² and g_BᵀH_Bg_B of the step's own batch
 *
 * A step whose flag holds costs two more forward passes; the others pay nothing for them.
 */
export function stepProgram(training: Training, batchSize: number, measured: boolean): StepProgram {
  const { model, samples, precision } = training;
  const rule = optimiser(training.optimiser);
  const parameters = model.parameters.map((spec) => input(spec.shape, precision, spec.name));
  const slots = rule.slots.map((slot) =>
    model.parameters.map((spec) => input(spec.shape, precision, `${slot}.${spec.name}`)),
  );
  const buffers = model.buffers.map((spec) => input(spec.shape, precision, spec.name));
  const { x, y } = sampleInputs(samples);
  const sampleWeights = input([samples.count], precision, "sampleWeights");
  const scalars = input([rule.scalars(0, 1).length], precision, "scalars");

  const gradient = training.noise
    ? injected(training, parameters, x, y)
    : sampled(training, batchSize, { parameters, buffers, x, y, sampleWeights }, measured);

  const scalarList = Array.from({ length: scalars.shape[0] }, (_, i) =>
    reshape(sliceAxis(scalars, 0, i, i + 1), []),
  );
  const stepped = parameters.map((parameter, i) => {
    const { step, slots: next } = rule.step(
      parameter,
      gradient.gradient[i],
      slots.map((slot) => slot[i]),
      scalarList,
    );
    return { parameter: add(parameter, step), slots: next };
  });
  return {
    carry: [...parameters, ...slots.flat(), ...buffers],
    constants: [x, y, sampleWeights],
    slices: [...gradient.slices, scalars, ...(gradient.sometimes ? [gradient.sometimes.when] : [])],
    nextCarry: [
      ...stepped.map((part) => part.parameter),
      ...rule.slots.flatMap((_, s) => stepped.map((part) => part.slots[s])),
      ...gradient.buffers,
    ],
    emitted: gradient.emitted.map(([, value]) => value),
    outputs: [...gradient.emitted, ...(gradient.sometimes?.emitted ?? [])].map(([name]) => name),
    ...(gradient.sometimes && {
      sometimes: {
        when: gradient.sometimes.when,
        emitted: gradient.sometimes.emitted.map(([, value]) => value),
      },
    }),
  };
}

type Named = readonly (readonly [StepOutput, Tensor])[];

interface StepGradient {
  readonly gradient: readonly Tensor[];
  readonly buffers: readonly Tensor[];
  readonly slices: readonly Tensor[];
  readonly emitted: Named;
  readonly sometimes?: { readonly when: Tensor; readonly emitted: Named };
}

interface SampledInputs {
  readonly parameters: readonly Tensor[];
  readonly buffers: readonly Tensor[];
  readonly x: Tensor;
  readonly y: Tensor;
  readonly sampleWeights: Tensor;
}

function sampled(
  { model, loss, precision, samples, sampler }: Training,
  batchSize: number,
  { parameters, buffers, x, y, sampleWeights }: SampledInputs,
  measured: boolean,
): StepGradient {
  const indices = input([batchSize], "int32", "indices");
  const padding = input([batchSize], precision, "weights");
  // A full batch in the order of the samples needs no gathering: what depends on data alone then leaves the loop.
  const whole = batchSize === samples.count && sampler.kind === "without-replacement";
  const rows = (t: Tensor) => (whole ? t : gather(t, indices));
  const [xb, yb] = [rows(x), rows(y)];
  const weights = whole ? sampleWeights : mul(rows(sampleWeights), padding);
  const forward = (p: readonly Tensor[]) => model.apply(p, xb, { mode: "batch", buffers });
  const batchLoss = (p: readonly Tensor[]) =>
    weightedMean(loss.perSample(forward(p).outputs, yb), weights);
  const [value, gradient] = valueAndGrad(batchLoss)(parameters);
  const rest = {
    gradient,
    buffers: forward(parameters).updated,
    slices: [indices, padding],
    emitted: [["loss", value]] as const,
  };
  if (!measured) return rest;
  const { slope, curvature } = directional(batchLoss, parameters, gradient);
  const when = input([], "bool", "measured");
  return {
    ...rest,
    sometimes: {
      when,
      emitted: [
        ["gradientNorm2", slope],
        ["curvature", curvature],
      ],
    },
  };
}

function injected(
  { model, loss, samples, precision, noise }: Training,
  parameters: readonly Tensor[],
  x: Tensor,
  y: Tensor,
): StepGradient {
  const rates = input([2], precision, "batchSizeAndRate");
  const slices = noise!
    .slices(model.parameterCount, samples.count)
    .map((shape, i) => input(shape, precision, `draws${i}`));
  const at = (i: number) => reshape(sliceAxis(rates, 0, i, i + 1), []);
  const {
    loss: value,
    gradient,
    trace,
  } = noise!.gradient({
    parameters,
    x,
    y,
    perSampleLoss: (p, rows, targets) => loss.perSample(model.apply(p, rows).outputs, targets),
    count: samples.count,
    batchSize: at(0),
    learningRate: at(1),
    slices,
  });
  return {
    gradient,
    buffers: [],
    slices: [rates, ...slices],
    emitted: [
      ["loss", value],
      ["noiseTrace", trace],
    ],
  };
}
