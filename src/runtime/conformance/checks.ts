import * as g from "../../graph/ops/index.ts";
import { type Data, type DType, input, isFloat, sizeOf, type Tensor } from "../../graph/tensor.ts";
import type { GraphFunction } from "../../graph/walk.ts";
import type { Runtime } from "../runtime.ts";
import { allocate } from "../signature.ts";
import { type Argument, type Case, cases } from "./cases.ts";
import { evaluate, toValues } from "./reference.ts";

/** One demand on a runtime: resolves if it is met, throws an error that says how it is not. */
export interface Check {
  readonly name: string;
  readonly run: (runtime: Runtime) => Promise<void>;
}

/** Each op, in each dtype that it takes, against its definition. */
export const opChecks: readonly Check[] = Object.entries(cases).flatMap(([op, list]) =>
  list.flatMap((one, i) =>
    (one.dtypes ?? (["float32", "float64"] as const)).map((dtype) => ({
      name: `${op}, ${one.says ?? `case ${i}`}, ${dtype}`,
      run: (runtime: Runtime) => checkCase(runtime, one, dtype),
    })),
  ),
);

async function checkCase(runtime: Runtime, { args, f }: Case, dtype: DType): Promise<void> {
  const inputs = args.map((arg, i) => input(arg.shape, arg.dtype ?? dtype, `x${i}`));
  const fn = { inputs, outputs: [f(...inputs)] };
  const data = args.map((arg, i) => contents(arg, inputs[i], i));
  await agrees(runtime, fn, data);
}

/**
 * Run `fn` and hold it against the reference. It is run on poison first, NaN wherever a float may
 * stand, and then on views into a larger array full of NaN, so that neither memory left over nor a
 * neighbour can pass for a result; the inputs must come out unchanged.
 */
export async function agrees(
  runtime: Runtime,
  fn: GraphFunction,
  data: readonly Data[],
): Promise<void> {
  const executable = await runtime.compile(fn);
  try {
    await executable.run(data.map((x, i) => (isFloat(fn.inputs[i].dtype) ? poison(x, 0) : x)));
    const views = data.map(embed);
    const results = await executable.run(views);
    const expected = evaluate(fn, data);
    for (const [i, t] of fn.outputs.entries()) requireClose(t, results[i], expected[i]);
    for (const [i, view] of views.entries())
      if (!sameBits(view, data[i])) throw new Error(`input ${i} was changed by the run`);
  } finally {
    await executable.dispose();
  }
}

const bounds: Readonly<Record<DType, number>> = {
  float32: 4e-6,
  float64: 4e-14,
  int32: 0,
  int64: 0,
  bool: 0,
};

/** Within the bound times (1 + the largest entry): the scale on which contractions round. */
export function requireClose(
  t: Pick<Tensor, "dtype" | "shape">,
  result: Data,
  expected: Float64Array,
  bound: number = bounds[t.dtype],
): void {
  const got = toValues(result);
  if (got.length !== sizeOf(t.shape))
    throw new Error(`expected ${sizeOf(t.shape)} numbers, got ${got.length}`);
  const scale = expected.reduce(
    (max, x) => (Number.isFinite(x) ? Math.max(max, Math.abs(x)) : max),
    1,
  );
  for (const [i, x] of expected.entries()) {
    const close = Object.is(got[i], x) || got[i] === x || Math.abs(got[i] - x) <= bound * scale;
    if (!close) throw new Error(`entry ${i}: expected ${x}, got ${got[i]}`);
  }
}

/** Numbers without a pattern that an op could share: multiples of the golden ratio, folded into [−2, 2). */
export function contents({ content = "any" }: Argument, t: Tensor, seed: number): Data {
  const fraction = (i: number) => ((i + 1) * 0.6180339887498949 + seed * 0.7548776662466927) % 1;
  const kind = t.dtype === "bool" ? "bool" : isFloat(t.dtype) || content !== "any" ? content : "ties"; // prettier-ignore
  const value = (i: number): number => {
    const u = fraction(i);
    if (typeof kind === "object") return Math.floor(u * kind.below);
    if (kind === "bool") return u < 0.5 ? 0 : 1;
    if (kind === "ties") return Math.floor(u * 5) - 2;
    const x = kind === "positive" ? 0.1 + 2 * u : 4 * u - 2;
    return isFloat(t.dtype) ? x : Math.ceil(x);
  };
  return g.toData(
    Array.from({ length: sizeOf(t.shape) }, (_, i) => value(i)),
    t.dtype,
  );
}

function poison(like: Data, extra: number): Data {
  const array = allocate(dtypeOf(like), like.length + extra);
  return array instanceof Float32Array || array instanceof Float64Array ? array.fill(NaN) : array;
}

function embed(data: Data): Data {
  const around = poison(data, 7);
  const view = around.subarray(3, 3 + data.length);
  (view as Float32Array).set(data as Float32Array);
  return view;
}

export function sameBits(a: Data, b: Data): boolean {
  return a.length === b.length && a.every((x: number | bigint, i: number) => Object.is(x, b[i]));
}

function dtypeOf(data: Data): DType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  return data instanceof BigInt64Array ? "int64" : "bool";
}
