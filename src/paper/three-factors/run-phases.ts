import { type Trainer, trainer, type Training, type TrainState } from "../../learn/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { type Phase, timeOf } from "./setting.ts";

export interface PhasesOptions {
  readonly signal: AbortSignal;
  /** Looks on the way, evenly in time η·k; the last is at the end. Default 0. */
  readonly looks?: number;
  /** Of look 1 … looks: the state there and the time η·k since the start. Awaited. */
  readonly onLook?: (state: TrainState, time: number, look: number) => Promise<void>;
  readonly onProgress?: (share: number) => void;
}

/** Trains through phases. Holds a compiled loop for each learning rate and batch size it has met. */
export interface PhaseRunner extends AsyncDisposable {
  /** Phases one after another. A run whose loss is no number any more has `diverged`; its state is of no use. */
  run(
    from: TrainState,
    phases: readonly Phase[],
    options: PhasesOptions,
  ): Promise<{ readonly state: TrainState; readonly diverged: boolean }>;
}

/** Steps in one call of the machine, at most. */
const callSteps = 500;

export function phaseRunner(runtime: Runtime, trainingAt: (phase: Phase) => Training): PhaseRunner {
  const trainers = new Map<string, Trainer>();
  const trainerOf = (phase: Phase) => {
    const key = `${phase.learningRate} ${phase.batchSize}`;
    const known = trainers.get(key) ?? trainer(runtime, trainingAt(phase));
    trainers.set(key, known);
    return known;
  };
  return {
    async run(from, phases, { signal, looks = 0, onLook, onProgress }) {
      const whole = timeOf(phases);
      const lookAt = (look: number) => (look * whole) / looks;
      let [state, time, look] = [from, 0, 1];
      for (const phase of phases) {
        const { learningRate, steps } = phase;
        for (let left = steps; left > 0;) {
          signal.throwIfAborted();
          const toLook = look <= looks ? Math.ceil((lookAt(look) - time) / learningRate - 1e-6) : callSteps; // prettier-ignore
          const wanted = Math.min(left, callSteps, Math.max(1, toLook));
          const { state: next, divergedAt } = await trainerOf(phase).advance(state, wanted);
          if (divergedAt !== undefined) return { state: next, diverged: true };
          left -= next.step - state.step;
          time += (next.step - state.step) * learningRate;
          state = next;
          if (look <= looks && time >= lookAt(look) - 1e-6 * learningRate)
            await onLook?.(state, time, look++);
          onProgress?.(time / whole);
        }
      }
      return { state, diverged: false };
    },
    async [Symbol.asyncDispose]() {
      for (const own of trainers.values()) await own.dispose();
      trainers.clear();
    },
  };
}
