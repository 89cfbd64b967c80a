import { type Stream, substream } from "../../random/index.ts";
import { particleMachine } from "./machine.ts";
import type { Observation } from "./observation.ts";
import { observationBytes, type Observed, observer } from "./observer.ts";
import type { ParticleStep } from "./step.ts";

/** Particles that go on for a while, seen at intervals. */
export interface EnsembleTask {
  readonly step: ParticleStep;
  readonly parameters: ArrayLike<number>;
  readonly start: (particle: number, out: Float64Array) => void;
  /** Particle i draws from `substream(stream, i)`. */
  readonly stream: Stream;
  readonly from: number;
  readonly to: number;
  /** Steps before the first observation. */
  readonly burnIn: number;
  /** Steps between observations. */
  readonly stride: number;
  readonly observations: number;
  readonly observation: Observation;
}

/** Particles advanced together, small enough for a cache. */
const BLOCK = 256;

/**
 * Gather the observation over the particles, a block of 256 at a time; yields what each block gathered. The
 * blocks are independent, so that their spread gives the error of any mean.
 *
 * Steps are rounded up to whole iterations of the loop (at most 4 steps).
 */
export function* observeEnsemble(task: EnsembleTask): Generator<Observed, void> {
  const { step, from, to, stream, observation } = task;
  const extra = observationBytes(observation, BLOCK);
  const machine = particleMachine(step, BLOCK, extra);
  machine.setParameters(task.parameters);
  const seen = observer(machine, observation, step.precision);
  const state = new Float64Array(step.stateSize);
  const perIteration = machine.code.iteration.steps;
  for (let first = from; first < to; first += BLOCK) {
    const count = Math.min(BLOCK, to - first);
    for (let slot = 0; slot < machine.slots; slot++) machine.clear(slot);
    for (let slot = 0; slot < count; slot++) {
      task.start(first + slot, state);
      machine.put(slot, state, substream(stream, first + slot));
    }
    seen.forget();
    if (task.burnIn > 0) machine.advance(count, Math.ceil(task.burnIn / perIteration));
    for (let k = 0; k < task.observations; k++) {
      machine.advance(count, Math.ceil(task.stride / perIteration));
      seen.observe(count);
    }
    yield seen.take();
  }
}

/** Points of a few particles' paths: at step 0, `stride`, 2·`stride`, …; row by row. */
export function particlePaths(
  task: Pick<EnsembleTask, "step" | "parameters" | "start" | "stream" | "from" | "to" | "stride">,
  points: number,
): Float64Array[] {
  const { step, from, to, stream } = task;
  const count = to - from;
  const { stateSize } = step;
  const machine = particleMachine(step, count);
  machine.setParameters(task.parameters);
  const state = new Float64Array(stateSize);
  const paths = Array.from({ length: count }, () => new Float64Array(points * stateSize));
  for (let slot = 0; slot < count; slot++) {
    task.start(from + slot, state);
    machine.put(slot, state, substream(stream, from + slot));
  }
  const iterations = Math.ceil(task.stride / machine.code.iteration.steps);
  for (let point = 0; point < points; point++) {
    if (point > 0) machine.advance(count, iterations);
    paths.forEach((path, slot) => {
      for (let k = 0; k < stateSize; k++) path[point * stateSize + k] = machine.coordinate(slot, k);
    });
  }
  return paths;
}
