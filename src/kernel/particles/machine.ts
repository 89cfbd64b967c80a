import type { Stream } from "../../random/index.ts";
import { substream } from "../../random/index.ts";
import { type ParticleCode, particleCode } from "./emit.ts";
import { xoshiro128 } from "../random/xoshiro.ts";
import type { ParticleStep } from "./step.ts";

/** A compiled loop with room for `slots` particles, and the way to put particles in and read them out. */
export interface ParticleMachine {
  readonly code: ParticleCode;
  readonly slots: number;
  readonly memory: WebAssembly.Memory;
  /** Where in the memory the bytes begin that it has to spare. */
  readonly spare: number;
  /** Set the parameters, in the order that the step numbers them. */
  setParameters(values: ArrayLike<number>): void;
  /** Put a particle into a slot: where it starts, and the stream that is its own. */
  put(slot: number, state: ArrayLike<number>, stream: Stream): void;
  /** Advance the first `count` slots by `iterations` iterations of `code.iteration.steps` steps. */
  advance(count: number, iterations: number): void;
  /** The step of the last `advance`, from 1, that the particle left with; 0 where it has not. */
  exitStep(slot: number): number;
  /** Coordinate k, now or, `atExit`, where it left. */
  coordinate(slot: number, k: number, atExit?: boolean): number;
  /** Copy a particle with its generator to another slot. */
  move(from: number, to: number): void;
  /** Leave a slot empty, as all are at first. */
  clear(slot: number): void;
}

interface Compiled {
  readonly code: ParticleCode;
  readonly module: WebAssembly.Module;
}

const compiled = new WeakMap<ParticleStep, Compiled>();

/** The loop's code, emitted and compiled once a step. */
function compile(step: ParticleStep): Compiled {
  let known = compiled.get(step);
  if (known === undefined) {
    const code = particleCode(step);
    compiled.set(step, (known = { code, module: new WebAssembly.Module(code.bytes) }));
  }
  return known;
}

/**
 * A machine of its own memory: (2·state + generator + 6)·16 bytes for 4 (f32) or 2 (f64) particles, and
 * `spareBytes` for an observation.
 *
 * @throws RangeError for slots that are not positive.
 */
export function particleMachine(
  step: ParticleStep,
  slots: number,
  spareBytes = 0,
): ParticleMachine {
  if (!Number.isSafeInteger(slots) || slots < 1)
    throw new RangeError(`slots must be a positive integer, got ${slots}`);
  const { code, module } = compile(step);
  const { layout } = code;
  const { generator, precision, stateSize } = step;
  const groups = Math.ceil(slots / layout.lanes);
  const spare = layout.records + groups * layout.record;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((spare + spareBytes) / 65_536) });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const advance = exports.advance as (from: number, end: number, iterations: number) => void;
  const floats =
    precision === "f32" ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer);
  const width = precision === "f32" ? 4 : 8;
  const ints = new Int32Array(memory.buffer);
  const view = new DataView(memory.buffer);
  new Uint8Array(memory.buffer).set(step.tables, layout.tables);

  // Indices into `floats` and `ints` of a particle's lane of the first field; of its first word; and steps
  // between one vector and the next.
  const floatAt = new Int32Array(groups * layout.lanes);
  const wordAt = new Int32Array(groups * layout.lanes);
  for (let slot = 0; slot < floatAt.length; slot++) {
    const record = layout.records + Math.floor(slot / layout.lanes) * layout.record;
    floatAt[slot] = record / width + (slot % layout.lanes);
    wordAt[slot] = record / 4 + (slot % layout.lanes);
  }
  const perWord = width / 4;
  const aliveAt = (slot: number) => floatAt[slot] * perWord + layout.alive / 4;
  const setAlive = (slot: number, mask: number) => {
    for (let k = 0; k < perWord; k++) ints[aliveAt(slot) + k] = mask;
  };
  const [stateAt, exitStepAt, exitStateAt] = [layout.state / width, layout.exitStep / width, layout.exitState / width]; // prettier-ignore
  const vector = 16 / width;
  const run = (first: number, count: number, step: number) =>
    Array.from({ length: count }, (_, k) => first + step * k);
  const floatFields = [
    ...run(stateAt, stateSize, vector),
    exitStepAt,
    ...run(exitStateAt, stateSize, vector),
  ];
  const wordFields = [
    ...run(layout.words / 4, generator.stateWords, 4),
    ...run(layout.bridgeWords / 4, 4, 4),
  ];
  // A particle's words: one lane in f32; in f64 a second one two lanes on.
  const wordLanes = precision === "f32" ? [0] : [0, 2];
  const setWords = (slot: number, field: number, seed: (lane: 0 | 1) => Int32Array) =>
    wordLanes.forEach((offset, half) => {
      const words = seed(half as 0 | 1);
      for (let k = 0; k < words.length; k++) ints[wordAt[slot] + field / 4 + 4 * k + offset] = words[k]; // prettier-ignore
    });

  return {
    code,
    slots: groups * layout.lanes,
    memory,
    spare,
    setParameters(values) {
      for (let i = 0; i < step.parameterCount; i++)
        if (precision === "f32") view.setFloat32(8 * i, values[i], true);
        else view.setFloat64(8 * i, values[i], true);
    },
    put(slot, state, stream) {
      for (let k = 0; k < stateSize; k++) floats[floatAt[slot] + stateAt + vector * k] = state[k];
      setWords(slot, layout.words, (lane) => generator.seed(stream, lane));
      const bridge = substream(stream, 1);
      setWords(slot, layout.bridgeWords, (lane) => xoshiro128.seed(bridge, lane));
      setAlive(slot, -1);
    },
    advance(count, iterations) {
      const end = layout.records + Math.ceil(count / layout.lanes) * layout.record;
      advance(layout.records, end, iterations);
    },
    exitStep: (slot) => (ints[aliveAt(slot)] !== 0 ? 0 : floats[floatAt[slot] + exitStepAt]),
    coordinate: (slot, k, atExit = false) =>
      floats[floatAt[slot] + (atExit ? exitStateAt : stateAt) + vector * k],
    move(from, to) {
      const [source, target] = [wordAt[from], wordAt[to]];
      for (const field of floatFields) floats[floatAt[to] + field] = floats[floatAt[from] + field];
      for (const field of wordFields)
        for (const offset of wordLanes)
          ints[target + field + offset] = ints[source + field + offset];
      setAlive(to, ints[aliveAt(from)]);
    },
    clear: (slot) => setAlive(slot, 0),
  };
}
