// Small networks of `learn/` with made-up data, as problems.
import {
  expandDims,
  filled,
  grad,
  input,
  sizeOf,
  squeeze,
  type Tensor,
} from "../../src/graph/index.ts";
import {
  activation,
  batchNorm,
  cnn,
  convolution,
  flatten,
  initialParameters,
  linear,
  losses,
  type LossName,
  type Model,
  model,
  sequential,
} from "../../src/learn/index.ts";
import { dimension, networkProblem, type Problem } from "../../src/measure/index.ts";
import type { FloatArray } from "../../src/numeric/index.ts";
import { fillIntegers, fillNormal, stream } from "../../src/random/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { floats } from "./golden-problem.ts";

export interface NetworkProblem {
  readonly problem: Problem;
  readonly theta: Float32Array | Float64Array;
}

/** Standard normal inputs and labels of so many samples; labels where the loss is cross-entropy, else normal targets. */
export function modelProblem(
  network: Model,
  loss: LossName,
  count: number,
  dtype: "float32" | "float64" = "float64",
  mode: "stored" | "batch" = "stored",
): NetworkProblem {
  const normals = (name: string, length: number) => {
    const out = floats(dtype, new Float64Array(length));
    fillNormal(stream("7", name), 0, out);
    return out;
  };
  const outputs = sizeOf(network.outputShape);
  const labels = new Int32Array(count);
  fillIntegers(stream("7", "labels"), 0, outputs, labels);
  const categorical = loss === "cross-entropy";
  const buffers = network.buffers.map(({ start, shape }) => filled(start, shape, dtype));
  const problem = networkProblem(
    {
      outputs: (p, x) => network.apply(p, x, { mode, buffers }).outputs,
      loss: (o, y) => losses[loss].perSample(o, y),
      likelihood: categorical ? "categorical" : "gaussian",
    },
    {
      parameters: network.parameters,
      dtype,
      data: {
        name: "made up",
        count,
        inputs: normals("inputs", count * sizeOf(network.inputShape)),
        inputShape: network.inputShape,
        targets: categorical ? labels : normals("targets", count * outputs),
        targetShape: categorical ? [] : [outputs],
      },
      ...(mode === "batch" && { mixesSamples: true }),
    },
  );
  return { problem, theta: initialParameters(network, dtype, stream("7", "initial")) };
}

/** The EoSS network in small, with tanh: convolutions, pools and dense layers. */
export const smallCnn = () =>
  cnn([2, 8, 8], 3, {
    widths: [3, 4, 4, 6],
    activation: "tanh",
    init: { kind: "kaiming-normal", scale: 1 },
  });

/** A convolution whose channels are normalised by statistics of the batch. */
export const normalised = () =>
  model(
    "normalised",
    sequential(
      ["conv", convolution(3, 3, { pads: 1 })],
      ["norm", batchNorm()],
      ["act", activation("tanh")],
      ["flatten", flatten],
      ["fc", linear(2)],
    ),
    [1, 4, 4],
  );

/** ∇ℓᵢ of each sample by itself, one call a sample. */
export async function explicitGradients(
  runtime: Runtime,
  problem: Problem,
  theta: FloatArray,
): Promise<Float64Array[]> {
  const { data, dtype } = problem;
  const parameters = problem.parameters.map(({ shape }) => input(shape, dtype));
  const x = input(data.inputShape, data.inputs instanceof Int32Array ? "int32" : dtype);
  const y = input(data.targetShape, data.targets instanceof Int32Array ? "int32" : dtype);
  const loss = (p: Tensor[]) =>
    squeeze(problem.perSampleLoss(p, expandDims(x, 0), expandDims(y, 0)), 0);
  await using call = await runtime.compile({
    inputs: [...parameters, x, y],
    outputs: grad(loss)(parameters),
  });
  let offset = 0;
  const point = problem.parameters.map(({ shape }) =>
    theta.subarray(offset, (offset += sizeOf(shape))),
  );
  const [wide, tall] = [sizeOf(data.inputShape), sizeOf(data.targetShape)];
  const gradients: Float64Array[] = [];
  for (let i = 0; i < data.count; i++) {
    const parts = await call.run([
      ...point,
      data.inputs.subarray(i * wide, (i + 1) * wide),
      data.targets.subarray(i * tall, (i + 1) * tall),
    ]);
    const flat = new Float64Array(dimension(problem));
    let at = 0;
    for (const part of parts) {
      flat.set(part as FloatArray, at);
      at += part.length;
    }
    gradients.push(flat);
  }
  return gradients;
}

/** Σ wᵢ aᵢbᵢᵀ / Σ wᵢ, row-major. */
export function outerMean(
  vectors: readonly Float64Array[],
  weights: ArrayLike<number> = vectors.map(() => 1),
): Float64Array {
  const dim = vectors[0].length;
  const total = vectors.reduce((sum, _, i) => sum + weights[i], 0);
  return Float64Array.from({ length: dim * dim }, (_, at) =>
    vectors.reduce(
      (sum, v, i) => sum + (weights[i] / total) * v[Math.floor(at / dim)] * v[at % dim],
      0,
    ),
  );
}
