import type { OnnxNode } from "../../model.ts";
import { type Data, describe, isFloat, type Tensor } from "../../../graph/tensor.ts";
import { refuse } from "../refuse.ts";

/** One ONNX node with its inputs as tensors, and how to read its attributes. */
export interface Site {
  readonly node: OnnxNode;
  readonly opset: number;
  readonly inputs: readonly (Tensor | undefined)[];
  /** An input that must be there. */
  input(i: number): Tensor;
  int(name: string, fallback: number): number;
  ints(name: string): readonly number[] | undefined;
  float(name: string, fallback: number): number;
  string(name: string, fallback: string): string;
  /** Whole numbers that must be known while reading: shapes, axes, pads. */
  known(i: number): number[] | undefined;
  refuse(rule: string): never;
}

/** The outputs of an ONNX node in the graph language. */
export type Raise = (site: Site) => readonly Tensor[];
export type Raises = Readonly<Record<string, Raise>>;

export function siteOf(
  node: OnnxNode,
  opset: number,
  inputs: readonly (Tensor | undefined)[],
): Site {
  const place = `node ${node.name} (${node.opType})`;
  const attribute = (name: string) => node.attributes[name];
  const site: Site = {
    node,
    opset,
    inputs,
    input: (i) => inputs[i] ?? site.refuse(`input ${i} is missing`),
    int(name, fallback) {
      const value = attribute(name);
      if (value === undefined) return fallback;
      return "int" in value ? value.int : site.refuse(`attribute ${name} must be an integer`);
    },
    ints(name) {
      const value = attribute(name);
      if (value === undefined) return undefined;
      return "ints" in value ? value.ints : site.refuse(`attribute ${name} must be integers`);
    },
    float(name, fallback) {
      const value = attribute(name);
      if (value === undefined) return fallback;
      return "float" in value ? value.float : site.refuse(`attribute ${name} must be a float`);
    },
    string(name, fallback) {
      const value = attribute(name);
      if (value === undefined) return fallback;
      return "string" in value ? value.string : site.refuse(`attribute ${name} must be a string`);
    },
    known(i) {
      const t = inputs[i];
      if (t === undefined) return undefined;
      if (t.op !== "constant" || isFloat(t.dtype))
        return site.refuse(`input ${i} must be known integers, got ${t.op} ${describe(t)}`);
      if (t.shape.length > 1) site.refuse(`input ${i} must have one axis, got ${describe(t)}`);
      const { data } = t.attrs as { data: Data };
      return Array.from(data as ArrayLike<number | bigint>, (value) =>
        Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value))),
      );
    },
    refuse: (rule) => refuse(place, rule),
  };
  return site;
}

/** An axis counted from the front. */
export function axisOf(site: Site, axis: number, rank: number): number {
  const chosen = axis < 0 ? axis + rank : axis;
  if (!(chosen >= 0 && chosen < rank)) site.refuse(`axis ${axis} does not fit rank ${rank}`);
  return chosen;
}
