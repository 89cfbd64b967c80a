import { reshape } from "../../graph/ops/index.ts";
import { sameShape, sizeOf, type Tensor } from "../../graph/tensor.ts";
import type { OnnxValue } from "../model.ts";
import type { ModelOptions } from "./model-options.ts";
import { refuse } from "./refuse.ts";

/** The shape of one sample: the data's where given, else the file's. */
export function sampleShape(file: OnnxValue, { sample, dimensions = {} }: ModelOptions): number[] {
  const { shape, name } = file;
  if (shape.length === 0) return refuse(`input ${name}`, "has no axis for samples");
  if (sample !== undefined) {
    const own = shape.slice(1);
    if (sample.length === own.length || sample.length === shape.length) {
      const declared = sample.length === own.length ? own : shape;
      if (declared.every((size, axis) => typeof size === "string" || size === sample[axis])) return [...sample]; // prettier-ignore
    }
    if (own.every((size) => typeof size === "number") && sameBut1(own, sample)) return own;
    const full = [shape[0], ...own];
    const count = sizeOf(sample);
    const alike = own.every((size) => typeof size === "number") && sizeOf(own) === count;
    const hint = alike
      ? `; they hold as many numbers, so reshape them to [${full.join(", ")}]`
      : "";
    return refuse(`input ${name}`, `takes [${shape.join(", ")}], samples of [${sample.join(", ")}] do not fit${hint}`); // prettier-ignore
  }
  return shape.slice(1).map((size) => {
    if (typeof size === "number") return size;
    if (Object.hasOwn(dimensions, size)) return dimensions[size];
    return refuse(`input ${name}`, `the size of dimension ${size} is not known`);
  });
}

/** Equal but for axes of size 1. */
function sameBut1(a: readonly number[], b: readonly number[]): boolean {
  const wide = (shape: readonly number[]) => shape.filter((size) => size !== 1);
  return sameShape(wide(a), wide(b));
}

/** A batch as the file takes it: axes of size 1 may be missing or too many. */
export function likeSample(x: Tensor, sample: readonly number[], file: OnnxValue): Tensor {
  if (x.shape.length === 0) refuse(`input ${file.name}`, "must be a batch of samples");
  const [samples, ...rest] = x.shape;
  const open = rest.length === sample.length && file.shape.length === x.shape.length;
  if (sameShape(rest, sample) || open) return x;
  if (!sameBut1(rest, sample))
    refuse(`input ${file.name}`, `samples must be [${sample.join(", ")}], got [${rest.join(", ")}]`); // prettier-ignore
  return reshape(x, [samples, ...sample]);
}
