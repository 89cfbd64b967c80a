import type { Shape, Tensor } from "../graph/index.ts";
import type { Fans, Initialiser } from "./initialiser.ts";

export interface ParameterSpec extends Fans {
  readonly name: string;
  readonly shape: Shape;
  readonly init: Initialiser;
}

/** A value that training updates by a rule of its own, not by the gradient: batch norm's statistics. */
export interface BufferSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly start: number;
}

/**
 * What a forward pass sees and leaves besides its input. `batch` normalises by the batch's own
 * statistics and updates the stored ones; `stored` takes the stored ones as constants.
 */
export interface Context {
  readonly mode: "batch" | "stored";
  readonly parameters: Record<string, Tensor>;
  readonly buffers: Record<string, Tensor>;
  /** Successors of the buffers that this pass has updated, by name. */
  readonly updated: Record<string, Tensor>;
}

/** A piece of a network specialised to the shape of one sample. Values live in the context under `prefix`ed names. */
export interface Layer {
  readonly parameters: readonly ParameterSpec[];
  readonly buffers: readonly BufferSpec[];
  /** Shape of one output sample. */
  readonly outputShape: Shape;
  /** x [batch, …sample] → [batch, …outputShape]. */
  apply(x: Tensor, context: Context): Tensor;
}

/** A layer that is still open about its input; `name` prefixes its parameters. */
export type LayerFactory = (inputShape: Shape, name: string) => Layer;

/** One layer after another, named `0`, `1`, … or as given. */
export function sequential(
  ...parts: readonly (LayerFactory | readonly [string, LayerFactory])[]
): LayerFactory {
  return (inputShape, name) => {
    let shape = inputShape;
    const layers = parts.map((part, i) => {
      const [own, factory] = typeof part === "function" ? [String(i), part] : part;
      const layer = factory(shape, join(name, own));
      shape = layer.outputShape;
      return layer;
    });
    return {
      parameters: layers.flatMap((layer) => layer.parameters),
      buffers: layers.flatMap((layer) => layer.buffers),
      outputShape: shape,
      apply: (x, context) => layers.reduce((value, layer) => layer.apply(value, context), x),
    };
  };
}

/** A layer without parameters that maps one tensor to another. */
export function pure(
  outputShape: (inputShape: Shape) => Shape,
  apply: (x: Tensor) => Tensor,
): LayerFactory {
  return (inputShape) => ({
    parameters: [],
    buffers: [],
    outputShape: outputShape(inputShape),
    apply,
  });
}

export function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}
