import {
  type FirstExitProgress,
  firstExitRounds,
  type FirstExits,
  type FirstExitTask,
} from "../particles/first-exit.ts";
import { gpuMachine } from "./gpu-machine.ts";

/** Particles on the device at once. */
const SLOTS = 16_384;

/**
 * `firstExits` on a GPU, in float32. The words of the generators, and with them every uniform, are the same
 * bits; normals and steps differ in the last bits where the device contracts or approximates, so that a
 * path is another one after some time and only its law is the same. Yields after each round.
 *
 * @throws RangeError for a step of float64, and where a particle's state is not a finite number.
 */
export async function* gpuFirstExits(
  device: GPUDevice,
  task: FirstExitTask,
): AsyncGenerator<FirstExitProgress, FirstExits, "stop" | undefined> {
  const slots = Math.min(SLOTS, Math.max(1, task.to - task.from));
  const machine = gpuMachine(device, task.step, slots);
  machine.setParameters(task.parameters);
  try {
    const rounds = firstExitRounds(task, machine);
    let state = rounds.next();
    while (state.done !== true) {
      const { count, iterations, progress } = state.value;
      if (progress !== undefined) state = rounds.next(yield progress);
      else {
        await machine.advance(count, iterations);
        state = rounds.next();
      }
    }
    return state.value;
  } finally {
    machine.dispose();
  }
}
