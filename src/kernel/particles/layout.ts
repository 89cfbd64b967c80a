import type { ParticleStep } from "./step.ts";

/**
 * Memory of a particle kernel, in bytes. A group is as many particles as a vector has lanes; its record is
 * a run of vectors: state, generator, alive, exit iteration, state at exit, second generator.
 *
 *     0           parameters, 8 bytes each
 *     tables      columns that `gather` reads
 *     records     one a group
 */
export interface Layout {
  /** Particles a group. */
  readonly lanes: 4 | 2;
  readonly state: number;
  readonly words: number;
  /** All ones where the particle has not left. */
  readonly alive: number;
  /** The step, counted from 1 within a call, that the particle left with; a float. */
  readonly exitStep: number;
  readonly exitState: number;
  /** Generator of the bridge's uniforms. */
  readonly bridgeWords: number;
  /** Bytes of a record. */
  readonly record: number;
  readonly tables: number;
  readonly records: number;
}

const VECTOR = 16;

export function layoutOf(step: ParticleStep): Layout {
  const {
    precision,
    generator,
    stateSize,
    parameterCount,
    tables: { length: tableBytes },
  } = step;
  let at = 0;
  const take = (vectors: number) => {
    const offset = at;
    at += vectors * VECTOR;
    return offset;
  };
  const record = {
    state: take(stateSize),
    words: take(generator.stateWords),
    alive: take(1),
    exitStep: take(1),
    exitState: take(stateSize),
    bridgeWords: take(4),
  };
  const up = (bytes: number) => Math.ceil(bytes / VECTOR) * VECTOR;
  const tables = up(8 * parameterCount);
  return {
    lanes: precision === "f32" ? 4 : 2,
    ...record,
    record: at,
    tables,
    records: tables + up(tableBytes),
  };
}
