import { type Shape, sizeOf, type Tensor } from "../graph/index.ts";
import { substream, type Stream } from "../random/index.ts";
import { initialise } from "./initialiser.ts";
import type { BufferSpec, Context, LayerFactory, ParameterSpec } from "./layer.ts";

/** A network specialised to the shape of its samples. */
export interface Model {
  readonly name: string;
  /** Shape of one input sample, without the batch axis. */
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly parameters: readonly ParameterSpec[];
  readonly buffers: readonly BufferSpec[];
  readonly parameterCount: number;
  /** Outputs [batch, …] of inputs x [batch, …inputShape]; `updated` has a successor for every buffer. */
  apply(
    parameters: readonly Tensor[],
    x: Tensor,
    options?: { readonly mode?: Context["mode"]; readonly buffers?: readonly Tensor[] },
  ): { readonly outputs: Tensor; readonly updated: readonly Tensor[] };
}

export function model(name: string, factory: LayerFactory, inputShape: Shape): Model {
  const layer = factory(inputShape, "");
  const { parameters, buffers, outputShape } = layer;
  const names = parameters.map((spec) => spec.name);
  const twice = names.find((own, i) => names.indexOf(own) !== i);
  if (twice !== undefined) throw new RangeError(`${name}: two parameters are named ${twice}`);
  const byName = (specs: readonly { readonly name: string }[], values: readonly Tensor[]) =>
    Object.fromEntries(specs.map((spec, i) => [spec.name, values[i]]));
  return {
    name,
    inputShape,
    outputShape,
    parameters,
    buffers,
    parameterCount: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    apply(values, x, { mode = "stored", buffers: stored = [] } = {}) {
      if (values.length !== parameters.length || stored.length !== buffers.length)
        throw new RangeError(
          `${name}: takes ${parameters.length} parameters and ${buffers.length} buffers, got ${values.length} and ${stored.length}`,
        );
      const updated: Record<string, Tensor> = {};
      const context = {
        mode,
        parameters: byName(parameters, values),
        buffers: byName(buffers, stored),
        updated,
      };
      const outputs = layer.apply(x, context);
      return { outputs, updated: buffers.map((spec, i) => updated[spec.name] ?? stored[i]) };
    },
  };
}

/** The parameters' first values, flat, in the order of `model.parameters`; each draws from its own stream. */
export function initialParameters(
  { parameters, parameterCount }: Model,
  dtype: "float32" | "float64",
  draws: Stream,
): Float32Array | Float64Array {
  const flat =
    dtype === "float32" ? new Float32Array(parameterCount) : new Float64Array(parameterCount);
  let offset = 0;
  for (const spec of parameters) {
    const view = flat.subarray(offset, (offset += sizeOf(spec.shape)));
    initialise(spec.init, spec, substream(draws, spec.name), view);
  }
  return flat;
}
