import { emitAssignments, hoistInvariants, locals } from "../../src/kernel/lanes/emit.ts";
import { type Lane, laneBuilder, type Lanes, type Precision } from "../../src/kernel/lanes/lane.ts";
import type { LaneValue } from "../../src/kernel/lanes/reference.ts";
import { assemble } from "../../src/kernel/wasm/assemble.ts";
import { doWhile, i32, local, v128 } from "../../src/kernel/wasm/instructions.ts";

type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Bytes for the tables of `gather`, at address 0. */
const TABLES = 1024;

/** The outputs, emitted as a loop over arrays of what the variables are. */
export interface LaneProgram {
  /** How many values of each variable it takes. */
  readonly count: number;
  readonly memory: DataView;
  /** Those of variable k; then, from k = number of variables on, of the outputs. As floats. */
  floats(k: number): Floats;
  /** Values of any type, put into variable k. */
  put(k: number, values: readonly LaneValue[]): void;
  /** Value i of output k. */
  get(k: number, i: number): LaneValue;
  run(): void;
}

/**
 * Arrays are one behind the other, each a run of vectors:
 *
 *     for (v = 0; v < vectors; v++) outputs[·][v] = f(variables[·][v])
 */
export function laneProgram(
  precision: Precision,
  variables: readonly Lane[],
  outputs: readonly Lane[],
  count: number,
): LaneProgram {
  const lanes = precision === "f32" ? 4 : 2;
  const width = 16 / lanes;
  const bytes = Math.ceil(count / lanes) * 16;
  const address = (k: number) => TABLES + k * bytes;
  const fresh = locals(2);
  const bound = new Map(variables.map((lane) => [lane, fresh.fresh()]));
  const constants = hoistInvariants(outputs, [], bound, fresh, precision);
  const targets = outputs.map((lane) => [fresh.fresh(), lane] as const);
  const loads = variables.flatMap((lane, k) =>
    local.set(bound.get(lane)!, v128.load(local.get(0), address(k))),
  );
  const code = emitAssignments(targets, bound, fresh, precision);
  const stores = targets.flatMap(([at], k) =>
    v128.store(local.get(0), local.get(at), address(variables.length + k)),
  );
  const advance = local.set(0, i32.add(local.get(0), i32.const(16)));
  const again = i32.lessUnsigned(local.get(0), local.get(1));
  const run = {
    name: "run",
    parameters: ["i32", "i32"],
    locals: Array.from({ length: fresh.count() }, () => "v128" as const),
    body: [...constants, ...doWhile([...loads, ...code, ...stores, ...advance], again)],
  } as const;
  const size = address(variables.length + outputs.length);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(size / 65_536) });
  const module = new WebAssembly.Module(assemble([run]));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const view = new DataView(memory.buffer);

  /** Where word h of particle i is: the second words are in the vector's upper half. */
  const wordAt = (k: number, i: number, h: number) =>
    address(k) + Math.floor(i / lanes) * 16 + (i % lanes) * 4 + 8 * h;
  const setInt = (at: number, x: bigint) =>
    precision === "f32" ? view.setInt32(at, Number(x), true) : view.setBigInt64(at, x, true);
  const getInt = (at: number) =>
    precision === "f32" ? BigInt(view.getInt32(at, true)) : view.getBigInt64(at, true);
  return {
    count,
    memory: view,
    floats: (k) =>
      precision === "f32"
        ? new Float32Array(memory.buffer, address(k), count)
        : new Float64Array(memory.buffer, address(k), count),
    put(k, values) {
      values.forEach((value, i) => {
        const at = address(k) + i * width;
        if (typeof value === "bigint") setInt(at, value);
        else if (typeof value === "boolean") setInt(at, value ? -1n : 0n);
        else if (typeof value === "object")
          value.forEach((word, h) => view.setInt32(wordAt(k, i, h), word, true)); // prettier-ignore
        else if (precision === "f32") view.setFloat32(at, value, true);
        else view.setFloat64(at, value, true);
      });
    },
    get(k, i) {
      const { type } = outputs[k];
      const at = address(variables.length + k) + i * width;
      if (type === "word")
        return (precision === "f32" ? [0] : [0, 1]).map((h) =>
          view.getInt32(wordAt(variables.length + k, i, h), true),
        );
      const bits = getInt(at);
      if (type === "int") return bits;
      if (type === "float")
        return precision === "f32" ? view.getFloat32(at, true) : view.getFloat64(at, true);
      if (bits !== 0n && bits !== -1n) throw new Error(`a mask has the bits ${bits}`);
      return bits === -1n;
    },
    run: () => (exports.run as (from: number, end: number) => void)(0, bytes),
  };
}

/** f of floats, and the variables it is of. */
export function laneFunction(
  f: (lanes: Lanes, ...x: Lane[]) => Lane,
  precision: Precision,
  arity: number,
): { variables: Lane[]; output: Lane } {
  const lanes = laneBuilder(precision);
  const variables = Array.from({ length: arity }, () => lanes.variable("float"));
  return { variables, output: f(lanes, ...variables) };
}
