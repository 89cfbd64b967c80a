import type { DataSource } from "../../data/index.ts";
import {
  FormulaError,
  frozen,
  type ReplicaExit,
  replicaExit,
  type ReplicaSpec,
} from "../../diffusion/index.ts";
import { scheduled, type Training, type TrainState } from "../../learn/index.ts";
import { lossMeter, subsetProblem, trainingProblem } from "../../measure/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { ConfigError } from "../config/config-error.ts";
import type { RunEscapeInput } from "../config/escape-run.ts";
import { prepare } from "../prepare.ts";
import { readSnapshot } from "../snapshot-file.ts";
import type { Run } from "../store.ts";

/** A run's checkpoint, made ready to be left. */
export interface ReplicaSubject {
  readonly spec: ReplicaSpec;
  /** With the learning rate and the batch size of the spec, constant. */
  readonly training: Training;
  readonly checkpoint: TrainState;
  /** Mean loss at the checkpoint, over the samples of the spec. */
  readonly lossAtStart: number;
  readonly exit: ReplicaExit;
}

/** Networks of at most so many parameters gain from batched products. */
const SMALL = 20_000;
const SIDE_BY_SIDE = 8;

/**
 * Read a checkpoint and complete the experiment with what the run says.
 *
 * @throws ConfigError for an exit that is no condition of V, V0 and r, or holds at the checkpoint, and for
 *   more samples or larger batches than there are.
 */
export async function replicaSubject(
  run: Run,
  bytes: Uint8Array,
  input: RunEscapeInput,
  { runtime, data }: { readonly runtime: Runtime; readonly data: DataSource },
): Promise<ReplicaSubject> {
  const prepared = await prepare(run.config, data);
  await using _probes = prepared.probes;
  const { state } = readSnapshot(bytes, prepared.training, `${run.id}, step ${input.at}`);
  const training = frozen(prepared.training, input.at, input);
  const [eta, batchSize] = [training.learningRate, training.batchSize].map((s) => scheduled(s, 0));
  const { count } = training.samples;
  const samples = input.samples ?? count;
  if (samples > count)
    throw new ConfigError(`--set samples must be at most the ${count} of the run, got ${samples}`);
  if (batchSize > count && training.sampler.kind !== "with-replacement")
    throw new ConfigError(`--batch must be at most the ${count} samples, got ${batchSize}`);
  const problem = subsetProblem(trainingProblem(training, state.buffers), samples);
  await using meter = await lossMeter(runtime, problem);
  const lossAtStart = await meter.at(state.parameters);
  const exit = exitOf(input.exit, lossAtStart);
  const looks = Math.max(1, Math.round(samples / batchSize));
  const { horizon, seed, walkers, at } = input;
  const small = training.model.parameterCount <= SMALL;
  const replicas = input.replicas ?? (small ? SIDE_BY_SIDE : 1);
  const spec: ReplicaSpec = {
    run: run.id,
    at,
    exit: input.exit,
    eta,
    batchSize,
    walkers,
    replicas: Math.min(replicas, walkers),
    every: exit.usesLoss ? (input.every ?? looks) : 1,
    samples,
    ...(horizon !== undefined && { horizon: Math.ceil(horizon / eta) }),
    seed,
  };
  return { spec, training, checkpoint: state, lossAtStart, exit };
}

function exitOf(text: string, lossAtStart: number): ReplicaExit {
  try {
    return replicaExit(text, lossAtStart);
  } catch (error) {
    if (error instanceof FormulaError)
      throw new ConfigError(`exit: ${error.message}`, { cause: error });
    if (error instanceof RangeError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}
