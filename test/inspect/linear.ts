// Models that are linear before the loss, as files, and what they measure in dense float64 algebra.
import { mkdtempSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspectCommand, type InspectFlags } from "../../src/cli/commands/inspect.ts";
import { type NdArray, ndArray, writeNpz } from "../../src/data/index.ts";
import type { InspectComparison, InspectResult } from "../../src/measure/index.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import type { OnnxAttribute, OnnxNode, OnnxTensor, OnnxValue } from "../../src/onnx/model.ts";
import { fillUniform, stream } from "../../src/random/index.ts";

export const folder = mkdtempSync(join(tmpdir(), "thalweg-inspect-"));

/** Numbers in (−1, 1), each a float32. */
export function numbers(name: string, count: number): Float32Array {
  const out = new Float64Array(count);
  fillUniform(stream("11", name), 0, out);
  return Float32Array.from(out, (u) => 2 * u - 1);
}

export interface ModelParts {
  readonly nodes: readonly OnnxNode[];
  readonly input?: Partial<OnnxValue>;
  readonly outputs?: readonly OnnxValue[];
  readonly initializers: readonly OnnxTensor[];
}

export const node = (
  opType: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxNode => ({
  name: `${opType}-${outputs[0]}`,
  opType,
  domain: "",
  inputs,
  outputs,
  attributes,
});

export const tensor = (name: string, shape: readonly number[], data: Float32Array): OnnxTensor => ({
  name,
  dtype: "float32",
  shape,
  data,
});

export const whole = (name: string, ...values: number[]): OnnxTensor => ({
  name,
  dtype: "int64",
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

export function writeModel(name: string, parts: ModelParts): string {
  const { nodes, initializers, input = {}, outputs } = parts;
  const file = join(folder, `${name}.onnx`);
  const bytes = encodeModel({
    irVersion: 8,
    producer: "test",
    opsets: { "": 17 },
    graph: {
      name: "net",
      nodes,
      initializers,
      inputs: [{ name: "x", dtype: "float32", shape: ["N", 4], ...input }],
      outputs: outputs ?? [{ name: "y", dtype: "float32", shape: ["N", 3] }],
    },
  });
  writeFileSync(file, bytes);
  return file;
}

/** W [k, d] and b [k] of a name. */
export const layer = (name: string, k: number, d: number) => ({
  W: numbers(`${name} W`, k * d),
  b: numbers(`${name} b`, k),
});

/** y = x·Wᵀ + b, [N, 4] → [N, 3], with operators before and after. */
export function writeLinear(
  name: string,
  {
    before,
    after,
    input,
    ...rest
  }: {
    readonly before?: {
      readonly nodes: readonly OnnxNode[];
      readonly initializers: readonly OnnxTensor[];
    };
    readonly after?: readonly string[];
    readonly input?: Partial<OnnxValue>;
    readonly k?: number;
    readonly d?: number;
    readonly output?: readonly (number | string)[];
  } = {},
): string {
  const { k = 3, d = 4 } = rest;
  const { W, b } = layer(name, k, d);
  const chain = after ?? [];
  const last = (i: number) => (i === chain.length ? "y" : `t${i}`);
  return writeModel(name, {
    nodes: [
      ...(before?.nodes ?? []),
      node("Gemm", [before ? "flat" : "x", "W", "b"], [last(0)], { transB: { int: 1 } }),
      ...chain.map((op, i) =>
        node(op, [last(i)], [last(i + 1)], op.endsWith("oftmax") ? { axis: { int: 1 } } : {}),
      ),
    ],
    initializers: [...(before?.initializers ?? []), tensor("W", [k, d], W), tensor("b", [k], b)],
    ...(input && { input }),
    outputs: [{ name: "y", dtype: "float32", shape: rest.output ?? ["N", k] }],
  });
}

export function writeData(name: string, arrays: Readonly<Record<string, NdArray>>): string {
  const file = join(folder, `${name}.npz`);
  writeFileSync(file, writeNpz(new Map(Object.entries(arrays))));
  return file;
}

export const array = ndArray;

/** The command in this process, silent; its JSON. */
export async function inspected(
  models: string | readonly string[],
  flags: InspectFlags,
): Promise<InspectResult> {
  const json = join(folder, "out.json");
  const code = await inspectCommand(typeof models === "string" ? [models] : models, {
    loss: "cross-entropy",
    quiet: true,
    threads: 1,
    json,
    ...flags,
  });
  if (code !== 0) throw new Error(`inspect ended with ${code}`);
  return JSON.parse(await readFile(json, "utf8")) as InspectResult;
}

export const compared = (models: readonly string[], flags: InspectFlags) =>
  inspected(models, flags) as unknown as Promise<InspectComparison>;

export interface Row {
  readonly x: ArrayLike<number>;
  /** A label, or real targets. */
  readonly y: number | readonly number[];
  readonly w?: number;
}

export interface Dense {
  readonly loss: number;
  readonly gradient: Float64Array;
  /** Row-major. */
  readonly hessian: Float64Array;
}

/**
 * Loss, gradient and Hessian in (W, b) of Σ wᵢℓ(Wxᵢ + b, yᵢ)/Σ wᵢ: cross-entropy's block of classes
 * a and b is p_a(δ_ab − p_b)·x̃x̃ᵀ, squared-error's 2δ_ab·x̃x̃ᵀ, with x̃ = (x, 1).
 */
export function dense(
  { W, b }: { readonly W: ArrayLike<number>; readonly b: ArrayLike<number> },
  rows: readonly Row[],
  loss: "cross-entropy" | "squared-error" = "cross-entropy",
): Dense {
  const k = b.length;
  const d = W.length / k;
  const P = k * (d + 1);
  const place = (a: number, j: number) => (j < d ? a * d + j : k * d + a);
  const gradient = new Float64Array(P);
  const hessian = new Float64Array(P * P);
  const total = rows.reduce((sum, { w = 1 }) => sum + w, 0);
  let value = 0;
  for (const { x, y, w = 1 } of rows) {
    const tilde = [...Array.from(x), 1];
    const f = Array.from({ length: k }, (_, a) =>
      tilde.reduce((sum, t, j) => sum + t * (j < d ? W[a * d + j] : b[a]), 0),
    );
    const aim = typeof y === "number" ? f.map((_, a) => (a === y ? 1 : 0)) : y;
    const top = Math.max(...f);
    const z = f.reduce((sum, v) => sum + Math.exp(v - top), 0);
    const p = f.map((v) => Math.exp(v - top) / z);
    const ce = loss === "cross-entropy";
    value += (w / total) * (ce ? top + Math.log(z) - f.reduce((s, v, a) => s + v * aim[a], 0) : f.reduce((s, v, a) => s + (v - aim[a]) ** 2, 0)); // prettier-ignore
    for (let a = 0; a < k; a++) {
      const slope = ce ? p[a] - aim[a] : 2 * (f[a] - aim[a]);
      tilde.forEach((t, j) => (gradient[place(a, j)] += (w / total) * slope * t));
      for (let c = 0; c < k; c++) {
        const bend = ce ? p[a] * ((a === c ? 1 : 0) - p[c]) : a === c ? 2 : 0;
        tilde.forEach(
          (t, i) =>
          tilde.forEach((u, j) => (hessian[place(a, i) * P + place(c, j)] += (w / total) * bend * t * u)), // prettier-ignore
        );
      }
    }
  }
  return { loss: value, gradient, hessian };
}

/** The part that belongs to some of the parameters. */
export function restricted({ loss, gradient, hessian }: Dense, kept: readonly number[]): Dense {
  const P = gradient.length;
  return {
    loss,
    gradient: Float64Array.from(kept, (i) => gradient[i]),
    hessian: Float64Array.from(kept.flatMap((i) => kept.map((j) => hessian[i * P + j]))),
  };
}
