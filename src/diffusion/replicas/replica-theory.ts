// What is known of a checkpoint before its replicas leave: the loss, its curvature and noise there, and the
// step at which the mean of the quadratic model meets the exit. A network gives no saddle, so that no law
// of barriers can be asked.
import { scheduled, type Training, type TrainState } from "../../learn/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { type Estimate, meanEstimate } from "../../statistics/index.ts";
import { entry, type TheoryEntry } from "../escape/theory-entry.ts";
import {
  type QuadraticModel,
  quadraticModel,
  type QuadraticModelOptions,
  quadraticMoments,
} from "./quadratic-model.ts";
import type { ReplicaExit } from "./replica-exit.ts";

/** The place that replicas start from, over the samples that V is over. */
export interface CheckpointNumbers {
  readonly loss: number;
  readonly gradientNorm: number;
  /** The largest Ritz value of H: λmax, or a little below. */
  readonly sharpness: number;
  /** 2/η. */
  readonly edge: number;
  /** tr C of a mini-batch gradient. */
  readonly noiseTrace: Estimate;
}

export interface ReplicaTheory {
  readonly checkpoint: CheckpointNumbers | null;
  readonly entries: Readonly<Record<string, TheoryEntry>>;
  readonly reference: string | undefined;
}

const facts = {
  name: "quadratic model",
  formula: "E‖δ_t‖² = ‖A_t ḡ‖² + η² tr(C S_t), or E L_t, at the exit",
  source: "Mandt, Hoffman and Blei (2017), https://arxiv.org/abs/1704.04289",
};

/** Beyond this many steps the mean is taken to stay inside. */
const FOREVER = 2 ** 40;

/** The part of the loss that it may change by while H and C count as the same. */
const SAME = 0.25;

/** Cost: some 200 Hessian products. */
export async function replicaTheory(
  runtime: Runtime,
  training: Training,
  state: TrainState,
  exit: ReplicaExit,
  options: QuadraticModelOptions,
): Promise<ReplicaTheory> {
  const eta = scheduled(training.learningRate, state.step);
  const without = (why: string): ReplicaTheory => ({
    checkpoint: null,
    entries: { quadratic: entry(facts, eta, { applies: false, why, logTime: undefined }) },
    reference: undefined,
  });
  if (training.noise) return without("the model is of mini-batches, and this run adds its noise");
  if (training.model.buffers.length > 0)
    return without("the loss of a batch has statistics of the batch in it");
  const model = await quadraticModel(runtime, training, state, options);
  const checkpoint = numbersOf(model, eta, options.seed);
  const quadratic = quadraticEntry(model, training, exit, eta);
  return {
    checkpoint,
    entries: { quadratic },
    reference: quadratic.applies && quadratic.time !== null ? "quadratic" : undefined,
  };
}

function numbersOf(model: QuadraticModel, eta: number, seed: string): CheckpointNumbers {
  const { loss, drift, noise } = model;
  const masses = noise.map(({ mass }) => mass);
  return {
    loss,
    gradientNorm: Math.sqrt(drift.mass),
    sharpness: Math.max(...[drift, ...noise].flatMap(({ nodes }) => Array.from(nodes))),
    edge: 2 / eta,
    noiseTrace: meanEstimate(Float64Array.from(masses), { seed }),
  };
}

/** The row of the table, with the jackknife's error over the mini-batches. */
function quadraticEntry(
  model: QuadraticModel,
  { optimiser, sampler }: Training,
  exit: ReplicaExit,
  eta: number,
): TheoryEntry {
  const whole = firstMeeting(model, exit, eta);
  const { noise } = model;
  const left = noise.map((_, i) => firstMeeting({ ...model, noise: noise.toSpliced(i, 1) }, exit, eta)); // prettier-ignore
  const mean = left.reduce<number>((sum, t) => sum + (t ?? NaN), 0) / left.length;
  const squares = left.reduce<number>((sum, t) => sum + ((t ?? NaN) - mean) ** 2, 0);
  const stderr = Math.sqrt(((left.length - 1) / left.length) * squares);
  const far = quadraticMoments(model, eta, FOREVER);
  const there = quadraticMoments(model, eta, whole ?? 1).loss;
  const moves = Math.abs(there - model.loss) > SAME * Math.abs(model.loss);
  const plain = optimiser.kind === "sgd" && (optimiser.weightDecay ?? 0) === 0;
  const why = !plain
    ? `the model is of plain SGD, and this run's rule is ${optimiser.kind}${optimiser.kind === "sgd" ? " with weight decay" : ""}`
    : whole === undefined
      ? !Number.isFinite(far.loss)
        ? "the model runs away along directions of negative curvature before its mean meets the exit"
        : `the model's mean stays inside, at V = ${far.loss.toPrecision(4)} and r = ${Math.sqrt(far.distance2).toPrecision(4)}: leaving is left to chance`
      : sampler.kind === "epochs"
        ? "the model draws batches independently, and those of an epoch exclude each other"
        : moves
          ? `the loss goes from ${model.loss.toPrecision(3)} to ${there.toPrecision(3)} on the way: noise and curvature do not stay what they are`
          : "the mean of SGD with H and C of the checkpoint meets the exit then; walks spread about it";
  return entry(facts, eta, {
    applies: plain && whole !== undefined && sampler.kind !== "epochs" && !moves,
    why,
    logTime: whole === undefined ? undefined : Math.log(whole * eta),
    ...(Number.isFinite(stderr) && { error: stderr * eta }),
  });
}

/** The first step at which the means of V and r² satisfy the exit, found by doubling and halving. */
function firstMeeting(model: QuadraticModel, exit: ReplicaExit, eta: number): number | undefined {
  const at = (t: number): "out" | "inside" | "run away" => {
    const { loss, distance2 } = quadraticMoments(model, eta, t);
    if (!Number.isFinite(loss) || !Number.isFinite(distance2)) return "run away";
    return exit.holds(loss, Math.sqrt(distance2)) ? "out" : "inside";
  };
  let high = 1;
  for (let found = at(high); found !== "out"; found = at(high))
    if (found === "run away" || (high *= 2) > FOREVER) return undefined;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (at(middle) === "out") high = middle;
    else low = middle;
  }
  return high;
}
