import {
  add,
  div,
  mean,
  mul,
  reshape,
  type Shape,
  sizeOf,
  sqrt,
  square,
  stopGradient,
  sub,
  type Tensor,
  variance,
} from "../../graph/index.ts";
import { join, type LayerFactory } from "../layer.ts";

export interface NormOptions {
  readonly epsilon?: number;
}

export interface BatchNormOptions extends NormOptions {
  /** Weight of the new batch in the stored statistics, as PyTorch's `momentum`. */
  readonly momentum?: number;
}

/**
 * Batch normalisation over the batch and all spatial axes: γ(x − μ)/√(σ² + ε) + β per channel.
 *
 * In `batch` mode μ and σ² (divided by n) are the batch's own and are differentiated through; the
 * stored mean and variance (divided by n − 1) follow them. In `stored` mode they are constants.
 *
 * @see Ioffe & Szegedy (2015), https://arxiv.org/abs/1502.03167
 */
export function batchNorm({ epsilon = 1e-5, momentum = 0.1 }: BatchNormOptions = {}): LayerFactory {
  return (inputShape, name) => {
    const channels = inputShape[0];
    const [weight, offset] = [join(name, "weight"), join(name, "bias")];
    const [storedMean, storedVar] = [join(name, "running_mean"), join(name, "running_var")];
    const fans = { fanIn: 1, fanOut: 1 };
    const perChannel = (t: Tensor) =>
      reshape(t, [1, channels, ...inputShape.slice(1).map(() => 1)]);
    return {
      parameters: [
        { name: weight, shape: [channels], init: { kind: "ones" }, ...fans },
        { name: offset, shape: [channels], init: { kind: "zeros" }, ...fans },
      ],
      buffers: [
        { name: storedMean, shape: [channels], start: 0 },
        { name: storedVar, shape: [channels], start: 1 },
      ],
      outputShape: inputShape,
      apply(x, { mode, parameters, buffers, updated }) {
        const axes = [...x.shape.keys()].filter((axis) => axis !== 1);
        let [mu, sigma2] = [buffers[storedMean], buffers[storedVar]];
        if (mode === "batch") {
          const count = sizeOf(x.shape) / channels;
          [mu, sigma2] = [mean(x, axes), variance(x, axes)];
          const blend = (old: Tensor, now: Tensor) =>
            add(mul(old, 1 - momentum), mul(stopGradient(now), momentum));
          updated[storedMean] = blend(buffers[storedMean], mu);
          updated[storedVar] = blend(
            buffers[storedVar],
            mul(sigma2, count / Math.max(count - 1, 1)),
          );
        }
        return affine(
          x,
          perChannel(mu),
          perChannel(sigma2),
          epsilon,
          perChannel(parameters[weight]),
          perChannel(parameters[offset]),
        );
      },
    };
  };
}

/** Layer normalisation over all axes of a sample. @see Ba, Kiros & Hinton (2016), https://arxiv.org/abs/1607.06450 */
export function layerNorm({ epsilon = 1e-5 }: NormOptions = {}): LayerFactory {
  return (inputShape: Shape, name) => {
    const [weight, offset] = [join(name, "weight"), join(name, "bias")];
    const fans = { fanIn: 1, fanOut: 1 };
    return {
      parameters: [
        { name: weight, shape: inputShape, init: { kind: "ones" }, ...fans },
        { name: offset, shape: inputShape, init: { kind: "zeros" }, ...fans },
      ],
      buffers: [],
      outputShape: inputShape,
      apply(x, { parameters }) {
        const axes = [...x.shape.keys()].slice(1);
        const mu = mean(x, axes, { keepDims: true });
        const sigma2 = mean(square(sub(x, mu)), axes, { keepDims: true });
        return affine(x, mu, sigma2, epsilon, parameters[weight], parameters[offset]);
      },
    };
  };
}

function affine(
  x: Tensor,
  mu: Tensor,
  sigma2: Tensor,
  epsilon: number,
  scale: Tensor,
  shift: Tensor,
): Tensor {
  return add(mul(sub(x, mu), div(scale, sqrt(add(sigma2, epsilon)))), shift);
}
