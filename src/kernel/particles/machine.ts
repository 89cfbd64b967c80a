import type { Stream } from "../../random/index.ts";
import { substream } from "../../random/index.ts";
import { type ParticleCode, particleCode } from "./emit.ts";
import { xoshiro128 } from "../random/xoshiro.ts";
import type { ParticleStep } from "./step.ts";

/** A compiled loop with room for `slots` particles, and the way to put particles in and read them out. */
export interface ParticleMachine {
  readonly code: ParticleCode;
  readonly slots: number;
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
  /** Whether it is a particle that has not left. */
  alive(slot: number): boolean;
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

/** SIMD instructions a step takes, for bounds. */
export const particleOperations = (step: ParticleStep): number =>
  compile(step).code.operationsPerStep;

/**
 * A machine of its own memory: (2·state + generator + 6)·16 bytes for 4 (f32) or 2 (f64) particles.
 *
 * @throws RangeError for slots that are not positive.
 */
export function particleMachine(step: ParticleStep, slots: number): ParticleMachine {
  if (!Number.isSafeInteger(slots) || slots < 1)
    throw new RangeError(`slots must be a positive integer, got ${slots}`);
  const { code, module } = compile(step);
  const { layout } = code;
  const { generator, precision, stateSize } = step;
  const groups = Math.ceil(slots / layout.lanes);
  const bytes = layout.records + groups * layout.record;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const advance = exports.advance as (from: number, end: number, iterations: number) => void;
  const floats =
    precision === "f32" ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer);
  const width = precision === "f32" ? 4 : 8;
  const ints = new Int32Array(memory.buffer);
  const view = new DataView(memory.buffer);
  new Uint8Array(memory.buffer).set(step.tables, layout.tables);

  /** Index into `floats` of a particle's lane of a field. */
  const at = (slot: number, field: number) =>
    (layout.records + Math.floor(slot / layout.lanes) * layout.record + field) / width +
    (slot % layout.lanes);
  /** Index into `ints` of a particle's words: the second one is two lanes on. */
  const wordAt = (slot: number, field: number) =>
    (layout.records + Math.floor(slot / layout.lanes) * layout.record + field) / 4 +
    (slot % layout.lanes);
  const setAlive = (slot: number, value: boolean) => {
    const index =
      (wordAt(slot, layout.alive) - (slot % layout.lanes)) * 4 + (slot % layout.lanes) * width;
    for (let k = 0; k < width; k += 4) ints[(index + k) / 4] = value ? -1 : 0;
  };
  const aliveAt = (slot: number) =>
    ints[
      ((wordAt(slot, layout.alive) - (slot % layout.lanes)) * 4 + (slot % layout.lanes) * width) / 4
    ] !== 0;
  const fields = [
    ...Array.from({ length: stateSize }, (_, k) => layout.state + 16 * k),
    layout.exitStep,
    ...Array.from({ length: stateSize }, (_, k) => layout.exitState + 16 * k),
  ];
  const wordFields = [
    ...Array.from({ length: generator.stateWords }, (_, k) => layout.words + 16 * k),
    ...Array.from({ length: 4 }, (_, k) => layout.bridgeWords + 16 * k),
  ];
  const wordLanes = precision === "f32" ? [0] : [0, 2];

  return {
    code,
    slots: groups * layout.lanes,
    setParameters(values) {
      for (let i = 0; i < step.parameterCount; i++)
        if (precision === "f32") view.setFloat32(8 * i, values[i], true);
        else view.setFloat64(8 * i, values[i], true);
    },
    put(slot, state, stream) {
      for (let k = 0; k < stateSize; k++) floats[at(slot, layout.state + 16 * k)] = state[k];
      wordLanes.forEach((offset, half) => {
        const seed = generator.seed(stream, half as 0 | 1);
        seed.forEach((word, k) => (ints[wordAt(slot, layout.words + 16 * k) + offset] = word));
        const bridge = xoshiro128.seed(substream(stream, "bridge"), half as 0 | 1);
        bridge.forEach((word, k) => {
          ints[wordAt(slot, layout.bridgeWords + 16 * k) + offset] = word;
        });
      });
      floats[at(slot, layout.exitStep)] = 0;
      setAlive(slot, true);
    },
    advance(count, iterations) {
      const end = layout.records + Math.ceil(count / layout.lanes) * layout.record;
      advance(layout.records, end, iterations);
    },
    exitStep: (slot) => (aliveAt(slot) ? 0 : floats[at(slot, layout.exitStep)]),
    coordinate: (slot, k, atExit = false) =>
      floats[at(slot, (atExit ? layout.exitState : layout.state) + 16 * k)],
    alive: aliveAt,
    move(from, to) {
      for (const field of fields) floats[at(to, field)] = floats[at(from, field)];
      for (const field of wordFields)
        for (const offset of wordLanes)
          ints[wordAt(to, field) + offset] = ints[wordAt(from, field) + offset];
      setAlive(to, aliveAt(from));
    },
    clear: (slot) => setAlive(slot, false),
  };
}
