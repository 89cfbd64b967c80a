import * as g from "../../../graph/ops/index.ts";
import { sizeOf } from "../../../graph/tensor.ts";
import { elementTypeOf } from "../element-type.ts";
import { placeOf, type Raises } from "./context.ts";

/** Operators that make tensors out of shapes and attributes alone. */
export const shapeRaises: Raises = {
  Constant: (site) => {
    const real = site.dtypeOf("float32");
    const { attributes } = site.node;
    const has = (name: string) => Object.hasOwn(attributes, name);
    if (has("value")) return [site.tensor("value")!];
    if (has("value_float")) return [g.scalar(site.float("value_float", 0), real)];
    if (has("value_int")) return [g.scalar(site.int("value_int", 0), "int64")];
    const floats = site.floats("value_floats");
    if (floats) return [g.constant(g.toData(floats, real), [floats.length], real)];
    const ints = site.ints("value_ints");
    if (ints) return [g.constant(g.toData(ints, "int64"), [ints.length], "int64")];
    return site.refuse("only tensors and numbers are supported as constants");
  },
  ConstantOfShape: (site) => {
    const shape = site.known(0) ?? site.refuse("has no shape");
    const value = site.tensor("value");
    if (value === undefined) return [g.filled(0, shape, site.dtypeOf("float32"))];
    if (sizeOf(value.shape) !== 1) site.refuse(`value must be one number, got ${sizeOf(value.shape)}`); // prettier-ignore
    return [g.broadcastTo(g.reshape(value, shape.map(() => 1)), shape)]; // prettier-ignore
  },
  Shape: (site) => {
    const { shape } = site.input(0);
    const end = site.int("end", shape.length);
    const part = shape.slice(site.int("start", 0), end);
    return [g.constant(g.toData(part, "int64"), [part.length], "int64")];
  },
  Size: (site) => [g.scalar(sizeOf(site.input(0).shape), "int64")],
  Range: (site) => {
    const { dtype } = site.input(0);
    const [start, limit, step] = [site.number(0)!, site.number(1)!, site.number(2)!];
    if (step === 0 || ![start, limit, step].every(Number.isFinite))
      site.refuse(`must count by a number that is not 0, got ${start} to ${limit} by ${step}`);
    const count = Math.max(0, Math.ceil((limit - start) / step));
    return [site.computed(count, (i) => start + i * step, [count], dtype)];
  },
  EyeLike: (site) => {
    const { shape, dtype } = site.input(0);
    if (shape.length !== 2) site.refuse(`needs a matrix, got rank ${shape.length}`);
    const to = site.node.attributes.dtype
      ? site.dtypeOf(elementTypeOf(site.int("dtype", 1), placeOf(site.node)).dtype)
      : dtype;
    const [k, columns] = [site.int("k", 0), shape[1]];
    const on = (i: number) => (i % columns === Math.floor(i / columns) + k ? 1 : 0);
    return [site.computed(sizeOf(shape), on, shape, to)];
  },
  Trilu: (site) => {
    const x = site.input(0);
    const [rows, columns] = x.shape.slice(-2);
    if (x.shape.length < 2) site.refuse(`needs a matrix, got rank ${x.shape.length}`);
    const k = site.number(1) ?? 0;
    const upper = site.int("upper", 1) !== 0;
    const mask = site.computed(
      rows * columns,
      (i) => {
        const over = (i % columns) - Math.floor(i / columns);
        return (upper ? over >= k : over <= k) ? 1 : 0;
      },
      [rows, columns],
      "bool",
    );
    return [g.where(mask, x, g.scalar(0, x.dtype))];
  },
  Dropout: (site) => {
    const x = site.input(0);
    const training = site.inputs[2];
    const flag = training && g.constantValue(training);
    site.remark?.("dropout", site.node);
    if (training !== undefined && flag !== 0) site.remark?.("training-mode", site.node);
    return [x, g.filled(1, x.shape, "bool")];
  },
};
