import { sizeOf, type Tensor } from "../../graph/index.ts";
import { graphLanes } from "../lanes/from-graph.ts";
import { type Lane, laneBuilder, type Lanes, type Precision } from "../lanes/lane.ts";
import type { Draws } from "../random/draws.ts";
import type { Generator } from "../random/generator.ts";
import type { ParticleStep, StepResult } from "./step.ts";

/**
 * One step of a stochastic recursion as a graph of float64 scalars: state, parameters and random numbers to
 * the next state.
 */
export interface Recursion {
  readonly state: readonly Tensor[];
  readonly parameters: readonly Tensor[];
  /** Independent standard normals, fresh in each step. */
  readonly normals: readonly Tensor[];
  /** Independent uniforms of (0, 1), fresh in each step. */
  readonly uniforms: readonly Tensor[];
  /** int64 scalars: a batch of 0 … bound − 1, which constant tables are gathered at. */
  readonly batch?: {
    readonly indices: readonly Tensor[];
    readonly bound: number;
    /** Drawn independently, or all different. */
    readonly replacement: boolean;
  };
  /** As many as `state`. */
  readonly next: readonly Tensor[];
  /** Bool: the particle has left. */
  readonly exit?: Tensor;
  /** As `StepResult.bridge`. */
  readonly bridge?: Tensor;
}

/** More lanes than this are no loop that an engine optimises. */
const MOST_LANES = 60_000;

/**
 * The recursion as a particle step of one precision.
 *
 * @throws TypeError for an op that lanes cannot compute, named; RangeError where the graph is too large.
 */
export function graphStep(
  recursion: Recursion,
  { precision, generator }: { readonly precision: Precision; readonly generator: Generator },
): ParticleStep {
  const { parameters, next } = recursion;
  const tables = tableBuilder(precision, 16 * Math.ceil(parameters.length / 2));
  const step = (
    lanes: Lanes,
    from: readonly Lane[],
    parameterLanes: readonly Lane[],
    draws: Draws,
  ): StepResult => write(recursion, lanes, from, parameterLanes, draws, tables);
  // Written once to fill the tables and to refuse at once what cannot be written.
  probe(step, recursion, precision);
  return {
    precision,
    generator,
    stateSize: next.length,
    parameterCount: parameters.length,
    tables: tables.bytes(),
    step,
  };
}

function write(
  recursion: Recursion,
  lanes: Lanes,
  from: readonly Lane[],
  parameterLanes: readonly Lane[],
  draws: Draws,
  tables: Tables,
): StepResult {
  const { state, parameters, normals, uniforms, batch, next, exit, bridge } = recursion;
  const inputs = [...state, ...parameters, ...normals, ...uniforms, ...(batch?.indices ?? [])];
  const values = [
    ...from,
    ...parameterLanes,
    ...normals.map(() => draws.normal()),
    ...uniforms.map(() => draws.uniform()),
    ...(batch === undefined ? [] : drawBatch(lanes, draws, batch)),
  ];
  const optional = [exit, bridge].filter((t) => t !== undefined);
  const outputs = [...next, ...optional];
  for (const t of [...inputs, ...outputs])
    if (sizeOf(t.shape) !== 1)
      throw new RangeError(
        `a recursion is made of scalars, got ${t.op} of [${t.shape.join(", ")}]`,
      );
  const written = graphLanes(lanes, inputs, values.map((lane) => [lane]), outputs, tables); // prettier-ignore
  const result = written.map(([lane]) => lane);
  if (result.some((lane) => lane.id > MOST_LANES))
    throw new RangeError(
      `a step may take at most ${MOST_LANES} instructions: the sums in it are too long to be unrolled`,
    );
  const after = result.slice(next.length);
  return {
    state: result.slice(0, next.length),
    ...(exit === undefined ? {} : { exit: after[0] }),
    ...(bridge === undefined ? {} : { bridge: after.at(-1)! }),
  };
}

function probe(
  step: ParticleStep["step"],
  { state, parameters }: Recursion,
  precision: Precision,
): void {
  const lanes = laneBuilder(precision);
  const fresh = () => lanes.variable("float");
  const draws: Draws = {
    normal: fresh,
    uniform: fresh,
    integer: () => lanes.variable("int"),
  };
  step(lanes, state.map(fresh), parameters.map(fresh), draws);
}

/**
 * Indices of one batch. Without replacement by Floyd's method: for j = N − B … N − 1, a uniform of 0 … j, or j
 * itself where that one is taken.
 *
 * @see Bentley, Floyd (1987), https://doi.org/10.1145/30401.315746
 */
function drawBatch(
  lanes: Lanes,
  draws: Draws,
  { indices, bound, replacement }: NonNullable<Recursion["batch"]>,
): Lane[] {
  if (replacement) return indices.map(() => draws.integer(bound));
  const chosen: Lane[] = [];
  indices.forEach((_, i) => {
    const j = bound - indices.length + i;
    const drawn = draws.integer(j + 1);
    const taken = chosen.map((other) => lanes.intEqual(other, drawn));
    const last = lanes.integer(BigInt(j));
    chosen.push(
      taken.length === 0
        ? drawn
        : lanes.intSelect(
            taken.reduce((a, b) => lanes.or(a, b)),
            last,
            drawn,
          ),
    );
  });
  return chosen;
}

interface Tables {
  column(values: readonly number[]): number;
  bytes(): Uint8Array<ArrayBuffer>;
}

/** Columns of equal numbers are one. */
function tableBuilder(precision: Precision, start: number): Tables {
  const width = precision === "f32" ? 4 : 8;
  const columns = new Map<string, { offset: number; values: readonly number[] }>();
  let end = 0;
  return {
    column(values) {
      const key = values.join();
      let known = columns.get(key);
      if (known === undefined) {
        columns.set(key, (known = { offset: start + end, values }));
        end += width * values.length;
      }
      return known.offset;
    },
    bytes() {
      const bytes = new DataView(new ArrayBuffer(end));
      for (const { offset, values } of columns.values())
        values.forEach((value, i) => {
          const at = offset - start + width * i;
          if (width === 4) bytes.setFloat32(at, value, true);
          else bytes.setFloat64(at, value, true);
        });
      return new Uint8Array(bytes.buffer);
    },
  };
}
