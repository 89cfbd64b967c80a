import {
  add,
  div,
  dot,
  expandDims,
  grad,
  mean,
  square,
  sub,
  sum,
  type Tensor,
  valueAndGrad,
  vmap,
} from "../../graph/index.ts";
import type { NoiseContext } from "../../learn/index.ts";

/** Loss and gradient of the mean over all samples. */
export function fullGradient(context: NoiseContext): {
  readonly loss: Tensor;
  readonly gradient: readonly Tensor[];
} {
  const { x, y, perSampleLoss, parameters } = context;
  const [loss, gradient] = valueAndGrad((p: readonly Tensor[]) => mean(perSampleLoss(p, x, y)))(
    parameters,
  );
  return { loss, gradient };
}

/** Per-sample gradients, [N, …] for each parameter. As an expression: `simplify` takes sums of squares of dense layers through Gram products and never forms them. */
function perSampleGradients({ parameters, x, y, perSampleLoss }: NoiseContext): readonly Tensor[] {
  const one = (row: Tensor, target: Tensor): readonly Tensor[] =>
    grad((p: readonly Tensor[]) =>
      sum(perSampleLoss(p, expandDims(row, 0), expandDims(target, 0))),
    )(parameters);
  return vmap(one)(x, y);
}

/** Tr Σ₁ = (1/N) Σᵢ ‖gᵢ‖² − ‖ḡ‖², per sample, divided by N. */
export function covarianceTrace(context: NoiseContext, gradient: readonly Tensor[]): Tensor {
  const second = perSampleGradients(context)
    .map((g) =>
      sum(
        sum(
          square(g),
          [...g.shape.keys()].filter((axis) => axis > 0),
        ),
      ),
    )
    .reduce((total, part) => add(total, part));
  return sub(div(second, context.count), squaredNorm(gradient));
}

/** Σ₁'s diagonal, in the shapes of the parameters; divided by N. */
export function covarianceDiagonal(
  context: NoiseContext,
  gradient: readonly Tensor[],
): readonly Tensor[] {
  return perSampleGradients(context).map((g, i) =>
    sub(div(sum(square(g), 0), context.count), square(gradient[i])),
  );
}

function squaredNorm(tensors: readonly Tensor[]): Tensor {
  return tensors.map((t) => dot(t, t)).reduce((total, part) => add(total, part));
}
