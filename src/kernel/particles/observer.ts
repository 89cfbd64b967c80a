import { type Observation, observationLayout, observationModule } from "./observation.ts";
import type { ParticleMachine } from "./machine.ts";
import type { Precision } from "../lanes/lane.ts";

/** What an observation has gathered. */
export interface Observed {
  /** How many particle-moments went in. */
  readonly moments: number;
  readonly sums: Float64Array;
  /** One a cell. */
  readonly counts: Float64Array;
  /** Of moments outside all cells. */
  readonly outside: number;
  /** From basin (row) to basin (column); basins are entered at the moments of observation. */
  readonly transitions: Float64Array; // [basins, basins]
}

/** An observation of a machine's particles. */
export interface Observer {
  /** Take in the first `count` particles as they are now. */
  observe(count: number): void;
  /** What has been gathered since the last call, or the start. */
  take(): Observed;
  /** Forget which basin each particle was in. */
  forget(): void;
}

/** Bytes that a machine must have to spare for it. */
export const observationBytes = (o: Observation, slots: number): number =>
  observationLayout(o, slots).bytes;

/**
 * An observer in the memory that the machine has to spare.
 *
 * @throws RangeError where that is too little.
 */
export function observer(machine: ParticleMachine, o: Observation, precision: Precision): Observer {
  const { slots, spare, memory, code } = machine;
  const places = observationLayout(o, slots);
  if (memory.buffer.byteLength < spare + places.bytes)
    throw new RangeError(
      `an observation takes ${places.bytes} bytes, got ${memory.buffer.byteLength - spare}`,
    );
  const module = new WebAssembly.Module(
    observationModule(o, precision, code.layout, spare, places),
  );
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const observe = exports.observe as (from: number, end: number) => void;
  const { layout } = code;
  const cells = o.histogram?.cells ?? 0;
  const basins = o.basins?.count ?? 0;
  const { buffer } = memory;
  const sums = new Float64Array(buffer, spare + places.sums, 2 * o.sums.length);
  const counts = new Uint32Array(buffer, spare + places.counts, cells + 2);
  const transitions = new Float64Array(buffer, spare + places.transitions, basins * basins);
  const last = new Int32Array(buffer, spare + places.last, o.basins === undefined ? 0 : slots);
  let moments = 0;
  return {
    observe(count) {
      observe(layout.records, layout.records + Math.ceil(count / layout.lanes) * layout.record);
      moments += count;
    },
    take() {
      const seen: Observed = {
        moments,
        sums: Float64Array.from(o.sums, (_, k) => sums[2 * k] + sums[2 * k + 1]),
        counts: Float64Array.from(counts.subarray(0, cells)),
        outside: counts[cells],
        transitions: transitions.slice(),
      };
      sums.fill(0);
      counts.fill(0);
      transitions.fill(0);
      moments = 0;
      return seen;
    },
    forget: () => void last.fill(-1),
  };
}
