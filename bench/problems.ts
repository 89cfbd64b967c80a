import { scaleImages } from "../src/data/index.ts";
import {
  cnn,
  initialParameters,
  losses,
  type LossName,
  mlp,
  type Model,
  resnet8,
} from "../src/learn/index.ts";
import { networkProblem, type Problem } from "../src/measure/index.ts";
import { loadDataset } from "../src/node/datasets/index.ts";
import { fillNormal, stream, permutation } from "../src/random/index.ts";
import type { Peer } from "./peer.ts";

export type ModelName = "mlp" | "cnn" | "resnet8";

/** A model with parameters and samples, for both sides. */
export interface Case {
  readonly kind: ModelName;
  readonly model: Model;
  readonly loss: LossName;
  readonly parameters: Float32Array;
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
  readonly count: number;
  /** A unit-scale direction. */
  readonly vector: Float32Array;
}

const images = new Map<number, Promise<{ inputs: Float32Array; labels: Int32Array }>>();

/** Fashion-MNIST images for 784 inputs; images of CIFAR-10's shape with normal entries else, since times do not depend on values. */
export async function benchCase(
  kind: ModelName,
  count: number,
  options: {
    readonly hidden?: readonly number[];
    readonly loss?: LossName;
    /** Divides the widths of the convolutional networks. */
    readonly narrow?: number;
  } = {},
): Promise<Case> {
  const { hidden = [200, 200], loss = "cross-entropy", narrow = 1 } = options;
  const inputShape = kind === "mlp" ? [784] : [3, 32, 32];
  const init = { kind: "pytorch" } as const;
  const networks: Record<ModelName, () => Model> = {
    mlp: () => mlp(inputShape, 10, { hidden, init }),
    cnn: () =>
      cnn(inputShape, 10, { init, widths: [64 / narrow, 64 / narrow, 128 / narrow, 512 / narrow] }),
    resnet8: () =>
      resnet8(inputShape, 10, { init, widths: [16 / narrow, 32 / narrow, 64 / narrow] }),
  };
  const model = networks[kind]();
  const parameters = initialParameters(model, "float32", stream("1", "bench")) as Float32Array;
  const vector = new Float32Array(model.parameterCount);
  fillNormal(stream("2", "bench"), 0, vector);
  const { inputs, labels } = await (kind === "mlp" ? fashion(count) : normalImages(count));
  return { kind, model, loss, parameters, inputs, labels, count, vector };
}

function fashion(count: number) {
  let known = images.get(count);
  if (known === undefined) images.set(count, (known = readFashion(count)));
  return known;
}

async function readFashion(count: number) {
  const raw = await loadDataset({
    name: "fashion-mnist",
    dataDir: "assets/fashion-mnist",
    split: "test",
    count,
  });
  const { dataset } = scaleImages(raw);
  if (dataset.labels === undefined) throw new Error(`${dataset.name} has no labels`);
  return { inputs: Float32Array.from(dataset.inputs.data), labels: dataset.labels };
}

function normalImages(count: number) {
  const inputs = new Float32Array(count * 3072);
  fillNormal(stream("3", "bench"), 0, inputs);
  const order = permutation(stream("4", "bench"), 0, count);
  return { inputs, labels: order.map((i) => i % 10) };
}

export function problemOf({ model, loss, inputs, labels, count }: Case): Problem {
  return networkProblem(
    {
      outputs: (parameters, x) => model.apply(parameters, x).outputs,
      loss: (outputs, y) => losses[loss].perSample(outputs, y),
    },
    {
      parameters: model.parameters,
      dtype: "float32",
      data: {
        name: "bench",
        inputs,
        inputShape: model.inputShape,
        targets: labels,
        targetShape: [],
        count,
      },
    },
  );
}

/** The case as the peer takes it. */
export async function handOver(peer: Peer, given: Case): Promise<Record<string, unknown>> {
  const [parameters, inputs, labels, vector] = await Promise.all(
    [given.parameters, given.inputs, given.labels, given.vector].map((data) => peer.put(data)),
  );
  return {
    model: given.kind,
    loss: given.loss,
    parameters,
    inputs,
    labels,
    vector,
    inputShape: given.model.inputShape,
    shapes: given.model.parameters.map(({ shape }) => shape),
  };
}
