import { fillNormal, fillUniform, type Stream } from "../random/index.ts";

/** How the entries of a parameter start. `scale` multiplies the named standard deviation or bound. */
export type Initialiser =
  | { readonly kind: "zeros" }
  | { readonly kind: "ones" }
  /** N(0, scale²·2/fanIn), or fanOut where asked: He et al. (2015), for ReLU. */
  | { readonly kind: "kaiming-normal"; readonly scale?: number; readonly fan?: "in" | "out" }
  /** N(0, scale²·1/fanIn): LeCun et al. (1998). */
  | { readonly kind: "lecun-normal"; readonly scale?: number }
  /** U(±scale·√(6/(fanIn + fanOut))): Glorot & Bengio (2010). */
  | { readonly kind: "xavier-uniform"; readonly scale?: number }
  /** U(±scale/√fanIn): what PyTorch's Linear and Conv layers do to weights and biases. */
  | { readonly kind: "pytorch"; readonly scale?: number }
  /** These very numbers: a model that is handed in with its values. */
  | { readonly kind: "values"; readonly values: ArrayLike<number> };

export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Draw a parameter's first values. `draws` is a stream of this parameter alone. */
export function initialise(
  how: Initialiser,
  { fanIn, fanOut }: Fans,
  draws: Stream,
  out: Float32Array | Float64Array,
): void {
  switch (how.kind) {
    case "zeros":
      out.fill(0);
      return;
    case "ones":
      out.fill(1);
      return;
    case "kaiming-normal":
      normal((how.scale ?? 1) * Math.sqrt(2 / (how.fan === "out" ? fanOut : fanIn)), draws, out);
      return;
    case "lecun-normal":
      normal((how.scale ?? 1) * Math.sqrt(1 / fanIn), draws, out);
      return;
    case "xavier-uniform":
      uniform((how.scale ?? 1) * Math.sqrt(6 / (fanIn + fanOut)), draws, out);
      return;
    case "values":
      if (how.values.length !== out.length)
        throw new RangeError(`a parameter of ${out.length} numbers must start with as many, got ${how.values.length}`); // prettier-ignore
      out.set(how.values);
      return;
    case "pytorch":
      uniform((how.scale ?? 1) / Math.sqrt(fanIn), draws, out);
      return;
  }
}

function normal(deviation: number, draws: Stream, out: Float32Array | Float64Array): void {
  fillNormal(draws, 0, out);
  for (let i = 0; i < out.length; i++) out[i] *= deviation;
}

function uniform(bound: number, draws: Stream, out: Float32Array | Float64Array): void {
  fillUniform(draws, 0, out);
  for (let i = 0; i < out.length; i++) out[i] = (2 * out[i] - 1) * bound;
}
