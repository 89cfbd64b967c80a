import { type Stream, substream } from "../../random/index.ts";
import { particleMachine } from "./machine.ts";
import type { ParticleStep } from "./step.ts";

/** Particles to follow until they leave or the horizon ends. */
export interface FirstExitTask {
  readonly step: ParticleStep;
  /** In the order that the step numbers them. */
  readonly parameters: ArrayLike<number>;
  /** State of particle i at step 0, written into `out`. */
  readonly start: (particle: number, out: Float64Array) => void;
  /** Particle i draws from `substream(stream, i)`: alone, or among any others. */
  readonly stream: Stream;
  /** Numbers of the particles: from … to − 1. */
  readonly from: number;
  readonly to: number;
  /** Steps after which a particle that has not left is given up. */
  readonly horizon: number;
}

/** Where the run is: particles that are done, those that left, and steps made by those that count. */
export interface FirstExitProgress {
  readonly done: number;
  readonly exits: number;
  readonly steps: number;
}

export interface FirstExits {
  /** The step that particle `from` + i left with; 0 where it had not by the horizon. */
  readonly exitSteps: Float64Array;
  /** Steps that it was followed: until it left, the horizon, or the end that the caller made. */
  readonly followed: Float64Array;
  /** State after that step; NaN where it had not left. */
  readonly states: Float64Array; // [particles, state]
  readonly stateSize: number;
}

const SLOTS = 1024;
const LEAST_ITERATIONS = 16;
const MOST_ITERATIONS = 8192;

/** Room for particles in whatever machine it is. */
export interface Slots {
  readonly slots: number;
  readonly stepsPerIteration: number;
  put(slot: number, state: ArrayLike<number>, stream: Stream): void;
  exitStep(slot: number): number;
  coordinate(slot: number, k: number, atExit?: boolean): number;
  move(from: number, to: number): void;
  clear(slot: number): void;
}

/** What is asked of the machine, to advance its first `count` slots; or, with `progress`, a pause. */
export interface FirstExitRound {
  readonly count: number;
  readonly iterations: number;
  readonly progress?: FirstExitProgress;
}

/**
 * Follow the particles, a thousand at a time: who leaves makes room for the next, so memory is bounded
 * whatever their number. Yields after each round, so that the caller may show progress or stop.
 *
 * The result is a pure function of the task: neither the slots nor the rounds nor a split into ranges
 * changes a bit. A caller that answers a yield with `"stop"` ends the run there: particles on their way
 * have not left after the steps they were followed, later ones not after 0.
 *
 * @throws RangeError where a particle's state is not a finite number, with its number and step.
 */
export function* firstExits(
  task: FirstExitTask,
): Generator<FirstExitProgress, FirstExits, "stop" | undefined> {
  const machine = particleMachine(task.step, Math.min(SLOTS, Math.max(1, task.to - task.from)));
  machine.setParameters(task.parameters);
  const stepsPerIteration = machine.code.iteration.steps;
  const rounds = firstExitRounds(task, { ...machine, stepsPerIteration });
  let state = rounds.next();
  while (state.done !== true) {
    const { count, iterations, progress } = state.value;
    if (progress !== undefined) state = rounds.next(yield progress);
    else {
      machine.advance(count, iterations);
      state = rounds.next();
    }
  }
  return state.value;
}

/** The rounds of `firstExits` on a machine that the caller advances as it is told. */
export function* firstExitRounds(
  task: FirstExitTask,
  machine: Slots,
): Generator<FirstExitRound, FirstExits, "stop" | undefined> {
  const { from, to, horizon, stream } = task;
  const { stateSize } = task.step;
  const particles = to - from;
  const exitSteps = new Float64Array(particles);
  const followed = new Float64Array(particles);
  const states = new Float64Array(particles * stateSize).fill(NaN);
  const particleOf = new Float64Array(machine.slots);
  const stepsOf = new Float64Array(machine.slots);
  const state = new Float64Array(stateSize);
  let next = from;
  let live = 0;
  let done = 0;
  let exits = 0;
  let steps = 0;

  const put = (slot: number, particle: number) => {
    task.start(particle, state);
    machine.put(slot, state, substream(stream, particle));
    particleOf[slot] = particle;
    stepsOf[slot] = 0;
  };
  const finish = (slot: number, exitStep: number) => {
    const row = particleOf[slot] - from;
    exitSteps[row] = exitStep;
    followed[row] = exitStep > 0 ? exitStep : horizon;
    if (exitStep > 0)
      for (let k = 0; k < stateSize; k++)
        states[row * stateSize + k] = machine.coordinate(slot, k, true);
    done++;
    if (exitStep > 0) exits++;
  };

  for (; live < machine.slots && next < to; live++) put(live, next++);
  let iterations = LEAST_ITERATIONS;
  while (live > 0) {
    let longest = 0;
    for (let slot = 0; slot < live; slot++) longest = Math.max(longest, horizon - stepsOf[slot]);
    const perIteration = machine.stepsPerIteration;
    const round = Math.min(iterations, Math.ceil(longest / perIteration));
    yield { count: live, iterations: round };
    let ended = 0;
    for (let slot = 0; slot < live; slot++) {
      const before = stepsOf[slot];
      const exitStep = machine.exitStep(slot);
      stepsOf[slot] += exitStep > 0 ? exitStep : round * perIteration;
      if (exitStep === 0)
        for (let k = 0; k < stateSize; k++)
          requireFinite(machine.coordinate(slot, k), particleOf[slot], stepsOf[slot]);
      if (exitStep === 0 && stepsOf[slot] < horizon) {
        steps += stepsOf[slot] - before;
        continue;
      }
      const inTime = exitStep > 0 && stepsOf[slot] <= horizon;
      finish(slot, inTime ? stepsOf[slot] : 0);
      steps += Math.min(stepsOf[slot], horizon) - before;
      ended++;
      if (next < to) {
        put(slot, next++);
        continue;
      }
      live--;
      if (slot < live) {
        machine.move(live, slot);
        particleOf[slot] = particleOf[live];
        stepsOf[slot] = stepsOf[live];
      }
      machine.clear(live);
      slot--;
    }
    if (ended > live / 8) iterations = Math.max(LEAST_ITERATIONS, iterations >> 1);
    else if (ended < live / 32) iterations = Math.min(MOST_ITERATIONS, iterations << 1);
    const progress = { done, exits, steps };
    if ((yield { count: live, iterations: 0, progress }) === "stop") break;
  }
  for (let slot = 0; slot < live; slot++) followed[particleOf[slot] - from] = stepsOf[slot];
  return { exitSteps, followed, states, stateSize };
}

function requireFinite(x: number, particle: number, steps: number): void {
  if (!Number.isFinite(x))
    throw new RangeError(
      `coordinates must stay finite, got ${x} for particle ${particle} within ${steps} steps: the step is too large, or V is not defined there`,
    );
}
