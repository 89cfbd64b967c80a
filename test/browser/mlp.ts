import {
  add,
  type Data,
  type DType,
  gather,
  gatherElements,
  type GraphFunction,
  grad,
  hvp,
  input,
  leaves,
  logSoftmax,
  matmul,
  mean,
  mul,
  neg,
  reshape,
  sub,
  tanh,
  type Tensor,
  toData,
  trace,
  valueAndGrad,
} from "../../src/graph/index.ts";
import type { ScanProgram } from "../../src/onnx/scan.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";

/** A 5-8-8-3 network with cross-entropy, and everything that is measured of it, on written-out numbers. */
const sizes = [5, 8, 8, 3];
const [batch, steps, samples] = [8, 5, 24];
const rate = 0.3;

export interface Measured {
  readonly loss: number;
  readonly gradient: number[];
  readonly product: number[];
  readonly direction: number[];
  readonly losses: number[];
  readonly trained: number[];
}

/** All of it, at the parameters moved by `shift` along the direction that `product` is taken in. */
export async function measure(
  runtime: Runtime,
  dtype: "float32" | "float64",
  shift = 0,
): Promise<Measured> {
  const { function: fn, scan } = programs(dtype);
  const number = numbers(dtype);
  const direction = shapes().map((shape, i) => number(shape, 1, i + 20));
  const parameters = shapes().map((shape, i) => {
    const start = Array.from(number(shape, 0.8, i) as ArrayLike<number | bigint>, Number);
    const moved = start.map((x, j) => x + shift * Number(direction[i][j]));
    return toData(moved, dtype);
  });
  const x = number([samples, sizes[0]], 2, 40);
  const labels = Int32Array.from({ length: samples }, (_, i) => (i * 7) % 3);
  const first = [x.subarray(0, batch * sizes[0]), labels.subarray(0, batch)];
  await using run = await runtime.compile(fn);
  const [loss, ...rest] = await run.run([...parameters, ...direction, ...first]);
  const half = parameters.length;

  const order = Int32Array.from({ length: steps * batch }, (_, i) => (i * 11 + 3) % samples);
  await using loop = await runtime.compileScan(scan);
  const { carry, emitted } = await loop.run(steps, {
    carry: parameters,
    constants: [x, labels],
    slices: [order],
  });
  const flat = (arrays: readonly Data[]) =>
    arrays.flatMap((array) => Array.from(array as ArrayLike<number | bigint>, Number));
  return {
    loss: Number(loss[0]),
    gradient: flat(rest.slice(0, half)),
    product: flat(rest.slice(half)),
    direction: flat(direction),
    losses: flat(emitted),
    trained: flat(carry),
  };
}

function shapes(): number[][] {
  return sizes.slice(1).flatMap((size, i) => [[sizes[i], size], [size]]);
}

function programs(dtype: DType): { readonly function: GraphFunction; readonly scan: ScanProgram } {
  const make = () => shapes().map((shape) => input(shape, dtype));
  const x = input([batch, sizes[0]], dtype, "x");
  const labels = input([batch], "int32", "labels");
  const [point, direction] = [make(), make()];
  const both = valueAndGrad(lossOf);
  const { inputs, outputs } = trace(
    (p: Tensor[], v: Tensor[], xs: Tensor, ys: Tensor) => [
      ...leaves(both(p, xs, ys)),
      ...hvp(lossOf)(p, v, xs, ys),
    ],
    [point, direction, x, labels],
  );
  const carry = make();
  const all = [input([samples, sizes[0]], dtype), input([samples], "int32")];
  const rows = input([batch], "int32", "rows");
  const [xs, ys] = all.map((t) => gather(t, rows));
  const gradients = grad(lossOf)(carry, xs, ys);
  return {
    function: { inputs, outputs },
    scan: {
      carry,
      constants: all,
      slices: [rows],
      nextCarry: carry.map((p, i) => sub(p, mul(rate, gradients[i]))),
      emitted: [lossOf(carry, xs, ys)],
    },
  };
}

function lossOf(parameters: Tensor[], x: Tensor, labels: Tensor): Tensor {
  let h = x;
  for (let i = 0; i < parameters.length; i += 2) {
    const z = add(matmul(h, parameters[i]), parameters[i + 1]);
    h = i + 2 < parameters.length ? tanh(z) : z;
  }
  const chosen = gatherElements(logSoftmax(h), reshape(labels, [-1, 1]), 1);
  return neg(mean(chosen));
}

/** Multiples of the golden ratio, folded into [−scale, scale). */
function numbers(dtype: DType) {
  return (shape: readonly number[], scale: number, seed: number): Data => {
    const size = shape.reduce((product, n) => product * n, 1);
    const value = (i: number) =>
      (2 * (((i + 1) * 0.6180339887498949 + (seed + 1) * 0.7548776662466927) % 1) - 1) * scale;
    return toData(
      Array.from({ length: size }, (_, i) => value(i)),
      dtype,
    );
  };
}
