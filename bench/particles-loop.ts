// The loops that bench/particles.ts times, and a worker that runs one beside it.
import { parentPort, workerData } from "node:worker_threads";
import {
  catalogueLandscape,
  constantNoise,
  diffusionProcess,
  eulerMaruyama,
} from "../src/diffusion/index.ts";
import { graphStep, particleMachine, philox, xoshiro128 } from "../src/kernel/index.ts";
import { stream, substream } from "../src/random/index.ts";

export interface LoopCase {
  readonly potential: string;
  readonly precision: "f32" | "f64";
  readonly generator: "xoshiro128++" | "philox4x32-10";
  readonly eta: number;
  readonly diffusion: number;
  readonly start: readonly number[];
  /** Left where the first coordinate exceeds it. */
  readonly exit: number;
}

const slots = 1024;

/** Particles in a landscape, and how to advance all of them; `operations` is SIMD instructions a step. */
export function loopOf(c: LoopCase): {
  readonly particles: number;
  readonly operations: number;
  readonly lanes: number;
  readonly advance: (steps: number) => void;
} {
  const potential = catalogueLandscape(c.potential);
  const process = diffusionProcess({
    potential,
    noise: constantNoise(c.diffusion),
    scheme: eulerMaruyama,
    exit: {
      kind: "half-space",
      normal: c.start.map((_, i) => (i === 0 ? 1 : 0)),
      offset: c.exit,
    },
    target: "discrete",
  });
  const generator = c.generator === "xoshiro128++" ? xoshiro128 : philox;
  const step = graphStep(process.recursion, { precision: c.precision, generator });
  const machine = particleMachine(step, slots);
  machine.setParameters([c.eta, ...process.defaults.slice(1)]);
  const walkers = stream("1", "bench");
  for (let slot = 0; slot < slots; slot++) machine.put(slot, c.start, substream(walkers, slot));
  const { iteration, operationsPerStep, layout } = machine.code;
  return {
    particles: slots,
    operations: operationsPerStep,
    lanes: layout.lanes,
    advance: (steps) => machine.advance(slots, Math.ceil(steps / iteration.steps)),
  };
}

if (parentPort !== null && workerData !== null) {
  const { advance } = loopOf(workerData as LoopCase);
  parentPort.on("message", (rounds: number) => {
    for (let k = 0; k < rounds; k++) advance(1000);
    parentPort!.postMessage("done", []);
  });
}
