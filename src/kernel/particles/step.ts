import {
  type Lane,
  laneBuilder,
  type Lanes,
  type LaneType,
  type Precision,
} from "../lanes/lane.ts";
import { type Draws, openDraws } from "../random/draws.ts";
import type { Generator } from "../random/generator.ts";

/** What one step makes of a particle. */
export interface StepResult {
  readonly state: readonly Lane[];
  /** Mask: the particle has left with this step. */
  readonly exit?: Lane;
  /**
   * Float q: though it ends the step inside, the particle has been outside with the chance e^(−q). q of 23
   * or more counts as never.
   */
  readonly bridge?: Lane;
}

/** One step of independent particles, as lanes: what the fused loop is made of. */
export interface ParticleStep {
  readonly precision: Precision;
  readonly generator: Generator;
  /** Floats of state a particle. */
  readonly stateSize: number;
  /** How many parameters: floats that are the same for all particles, arguments of the loop. */
  readonly parameterCount: number;
  /** Tables that `gather` reads: byte 0 is at the offset 16·⌈parameters/2⌉. */
  readonly tables: Uint8Array;
  step(lanes: Lanes, state: readonly Lane[], parameters: readonly Lane[], draws: Draws): StepResult;
}

/** Steps, unrolled so that the words of the generator are used up, from one state to another. */
export interface Iteration {
  readonly lanes: Lanes;
  readonly steps: number;
  /** Variables. */
  readonly state: readonly Lane[];
  readonly words: readonly Lane[];
  readonly parameters: readonly Lane[];
  /** After each step. */
  readonly results: readonly StepResult[];
  readonly nextWords: readonly Lane[];
}

/** One, two or four steps: the fewest that draw least a step, for a pair of normals shares its words. */
export function unroll(definition: ParticleStep): Iteration {
  const [first, ...rest] = [1, 2, 4].map((steps) => compose(definition, steps));
  return rest.reduce((best, next) => (next.drawn < best.drawn ? next : best), first).iteration;
}

function compose(definition: ParticleStep, steps: number): { iteration: Iteration; drawn: number } {
  const { precision, generator, stateSize, parameterCount } = definition;
  const lanes = laneBuilder(precision);
  const variables = (count: number, type: LaneType) =>
    Array.from({ length: count }, () => lanes.variable(type));
  const state = variables(stateSize, "float");
  const words = variables(generator.stateWords, "word");
  const parameters = variables(parameterCount, "float");
  const reader = generator.open(lanes, words);
  let read = 0;
  const draws = openDraws(lanes, { ...reader, next: () => (read++, reader.next()) });
  const results: StepResult[] = [];
  for (let i = 0; i < steps; i++) {
    const from = results.at(-1)?.state ?? state;
    results.push(definition.step(lanes, from, parameters, draws));
  }
  const drawn = (Math.ceil(read / generator.batch) * generator.batch) / steps;
  const nextWords = reader.state();
  return { iteration: { lanes, steps, state, words, parameters, results, nextWords }, drawn };
}
