import type {
  CheckpointRow,
  Eigenvalue,
  InspectComparison,
  InspectResult,
  Quantity,
  SharpSample,
  Threshold,
} from "../../src/measure/inspect/result.ts";

// Results shaped like those of a small CNN, made from formulas: they stand in for measurements so that
// pages can be looked at, and are not results.

const names = [
  ["features.0.weight", [32, 1, 3, 3]],
  ["features.0.bias", [32]],
  ["features.3.weight", [64, 32, 3, 3]],
  ["features.3.bias", [64]],
  ["StatefulPartitionedCall/sequential_1/dense_14/MatMul/ReadVariableOp:0", [1600, 10]],
  ["classifier.6.bias", [10]],
] as const;

const parameters = names.map(([name, shape]) => ({ name, shape }));
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const parameterCount = parameters.reduce((sum, { shape }) => sum + size(shape), 0);
const samples = 1000;

const exact = (value: number): Quantity => ({ value, method: "mean over all samples" });
const estimate = (value: number, stderr: number, method = "Hutch++"): Quantity => ({
  value,
  stderr,
  low: value - 2 * stderr,
  high: value + 2 * stderr,
  level: 0.95,
  samples: 32,
  method,
  seed: "7",
});

const eigenvalues = (values: readonly number[], sampling = 0.05): Eigenvalue[] =>
  values.map((value, i) => ({
    value,
    residual: 1e-4 * (i + 1),
    status: i === 4 ? "max-iterations" : "converged",
    method: "block Lanczos",
    samplingStderr: Math.abs(value) * sampling,
  }));

const tops = [41.3, 22.8, 19.1, 12.4, 9.87, 7.3, 5.2, 4.8, 3.1, 2.2];

/** Gaussians in the signed logarithm around a bulk at 0 and the tops. */
function density(shift = 0) {
  const threshold = 4e-3;
  const width = 0.08;
  const to = (x: number) => Math.sign(x) * Math.log10(1 + Math.abs(x) / threshold);
  const from = (u: number) => Math.sign(u) * threshold * (10 ** Math.abs(u) - 1);
  const position = Array.from({ length: 400 }, (_, i) => -2.9 + (7.3 * i) / 399);
  const bell = (u: number, centre: number, sigma: number) =>
    Math.exp(-0.5 * ((u - centre) / sigma) ** 2) / (sigma * Math.sqrt(2 * Math.PI));
  const value = position.map(
    (u) =>
      0.93 * bell(u, shift, 0.22) +
      0.07 * bell(u, 0.9, 0.5) +
      [...tops, -1.2].reduce((sum, t) => sum + bell(u, to(t), width) / parameterCount, 0),
  );
  const stderr = value.map((v, i) => v * (0.06 + 0.25 * (position[i] > 1.5 ? 1 : 0)));
  return {
    method: "Lanczos quadrature",
    grid: position.map(from),
    density: value,
    stderr,
    low: value.map((v, i) => Math.max(0, v - 2.3 * stderr[i])),
    high: value.map((v, i) => v + 2.3 * stderr[i]),
    level: 0.95,
    axis: "log" as const,
    threshold,
    width,
    probes: 10,
    steps: 80,
    nodes: [0],
    weights: [1],
  };
}

const rate = 0.1;
const thresholds: Threshold[] = [
  {
    quantity: "hessian.top",
    optimizer: "sgd",
    meaning: "full-batch gradient descent",
    formula: "2/η",
    measured: exact(41.3),
    limit: { value: 2 / 41.3, method: "rate that meets 2/η" },
    at: { learningRate: rate, threshold: 20, verdict: "beyond" },
    kind: "exact",
  },
  {
    quantity: "batch-sharpness",
    optimizer: "sgd",
    meaning: "one step of mini-batch SGD, on the batch it is taken with",
    formula: "2/η",
    measured: estimate(64.2, 4.1, "mean over batches"),
    limit: estimate(0.0312, 0.002, "rate that meets 2/η"),
    at: { learningRate: rate, threshold: 20, verdict: "beyond" },
    kind: "estimate",
  },
];

const sample = (i: number): SharpSample => ({
  row: (i * 7919) % 10_000,
  label: String((i * 3) % 10),
  loss: 4.2 / (1 + i),
  curvature: 3100 / (1 + 0.4 * i),
  gradientNorm: 88 / (1 + 0.2 * i),
});

/** Everything that can be measured is in it. */
export const full: InspectResult = {
  schema: "thalweg/inspect@1",
  thalweg: "0.1.0",
  model: {
    file: "models/mnist-lenet-relu-dynbatch.onnx",
    sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    parameters,
    parameterCount,
    output: "output",
    opset: 10,
    producer: "pytorch 2.0.0",
  },
  data: {
    file: "data/mnist-test.npz",
    samples,
    sha256: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    subset: "the first 1,000",
  },
  loss: "cross-entropy",
  precision: "f32",
  seed: "7",
  settings: {
    batch: 32,
    replacement: false,
    exact: false,
    batchnorm: "stored",
    learningRate: rate,
    optimizer: "sgd",
    measure: ["all"],
    until: "stderr<5%",
  },
  measured: [
    "Measured is the cross-entropy of the output before its trailing Softmax, mean over samples.",
    "BatchNorm uses its stored statistics.",
  ],
  notes: [],
  measurements: {
    loss: exact(0.0512),
    gradient: { norm: 0.81, method: "mean over all samples" },
    "hessian.top": eigenvalues(tops),
    "hessian.bottom": eigenvalues([-1.2], 0.1),
    "hessian.trace": estimate(312.4, 8.3),
    "hessian.diagonal": {
      method: "Hutchinson",
      samples: 32,
      stderr: 0.012,
      minimum: -0.21,
      maximum: 3.4,
      mean: 0.0089,
      negative: 0.21,
    },
    "hessian.frobenius": estimate(61.2, 0.9),
    "hessian.density": density(),
    "hessian.layers": parameters.map(({ name, shape }, i) => ({
      name,
      shape,
      size: size(shape),
      top: exact(31 / (1 + i) ** 1.4),
      trace: estimate(120 / (1 + i), 6 / (1 + i)),
      gradient: exact(0.5 / (1 + i)),
    })),
    "ggn.top": eigenvalues([41.9, 23.1, 19.4]),
    "ggn.trace": estimate(318.2, 8.1),
    "covariance.trace": exact(941.2),
    "covariance.top": eigenvalues([311, 204, 92.1]),
    alignment: {
      trHSigma: estimate(18_230, 940),
      ratio: estimate(1182, 62),
      cosine: estimate(0.61, 0.02),
      aHat: estimate(1.91, 0.06),
    },
    "noise-scale": {
      simple: exact(1433),
      curvature: estimate(1201, 88),
      simplePopulation: {
        value: 2100,
        status: "lower-bound",
        method: "less its own sampling noise",
        note: "the corrected ‖ḡ‖² is not told from 0 at 95 %",
      },
      curvaturePopulation: {
        value: null,
        status: "not-meaningful",
        method: "less its own sampling noise",
      },
    },
    "tail-index": estimate(1.31, 0.04, "Mohammadi et al., biased towards 2"),
    "batch-sharpness": estimate(64.2, 4.1, "mean over batches"),
    "batch-sharpness-ratio": estimate(71.5, 4.8, "ratio of means"),
    "mini-batch-sharpness": estimate(82.3, 5.2, "mean over batches"),
    gni: { ...estimate(69.9, 5.5, "mean over batches"), excluded: 3 },
    thresholds,
    landscape: {
      "1d": ["u1", "filter-normalised random 1"].map((name, k) => ({
        axis: { name, scale: k === 0 ? 0.42 : 11.3 },
        at: Array.from({ length: 41 }, (_, i) => -1 + i / 20),
        loss: Array.from({ length: 41 }, (_, i) => {
          const x = -1 + i / 20;
          return 0.0512 + (k === 0 ? 3.6 : 1.1) * x * x + 0.3 * x * x * x;
        }),
      })),
      "2d": {
        axes: [
          { name: "u1", scale: 0.42 },
          { name: "u2", scale: 0.42 },
        ],
        at: [
          Array.from({ length: 25 }, (_, i) => -1 + i / 12),
          Array.from({ length: 21 }, (_, i) => -1 + i / 10),
        ],
        loss: Array.from({ length: 25 }, (_, i) =>
          Array.from({ length: 21 }, (_row, j) => {
            const [x, y] = [-1 + i / 12, -1 + j / 10];
            return 0.0512 + 3.6 * (x - 0.1) ** 2 + 1.4 * y * y + 0.8 * x * y * y;
          }),
        ),
      },
    },
  },
  figures: {
    eigenvectors: tops.map((eigenvalue, i) => ({
      index: i + 1,
      eigenvalue,
      noise: 2.1 * eigenvalue ** 1.2 * (1 + 0.3 * Math.sin(5 * i)),
      gradientShare: 0.31 / (1 + i) ** 1.5,
    })),
    batchSizes: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000].map((batchSize) => ({
      batchSize,
      batchSharpness: estimate(41 + 420 / batchSize, 2 + 60 / batchSize),
      miniBatchSharpness: estimate(43 + 900 / batchSize ** 0.8, 2 + 80 / batchSize),
    })),
    sharpSamples: Array.from({ length: 10 }, (_, i) => sample(i)),
    steepSamples: Array.from({ length: 10 }, (_, i) => sample(9 - i)),
  },
  missing: [
    {
      name: "fisher.mc.top",
      reason: "interrupted after 41 of 60 products with a residual of 3.1·10⁻² of the eigenvalue",
    },
  ],
  interrupted: true,
  cost: { seconds: 83.2, products: 1204, peakBytes: 412 * 2 ** 20 },
  citations: [
    "Cohen et al. (2021), https://arxiv.org/abs/2103.00065",
    "Andreyev, Beneventano (2024), https://arxiv.org/abs/2412.20553",
  ],
};

const { learningRate: _, ...withoutRate } = full.settings;

/** As `--measure loss,hessian.top` without a learning rate leaves it. */
export const least: InspectResult = {
  ...full,
  settings: { ...withoutRate, measure: ["loss", "hessian.top"] },
  measured: [],
  measurements: {
    loss: exact(0.0512),
    "hessian.top": [{ value: 41.3, residual: 1e-4, status: "converged", method: "Lanczos" }],
  },
  figures: {},
  missing: [],
  interrupted: false,
  citations: [],
};

const row = (step: number): CheckpointRow => ({
  file: `ckpt/step-${String(step).padStart(6, "0")}.safetensors`,
  sha256: "0".repeat(64),
  values: {
    loss: exact(2.3 * Math.exp(-step / 1500)),
    "hessian.top": exact(20 * (1 - Math.exp(-step / 900)) + 2),
    "hessian.trace": estimate(300 + step / 20, 20),
    "batch-sharpness": estimate(28 * (1 - Math.exp(-step / 700)) + 3, 2.2),
  },
});

export const along: InspectResult = {
  ...full,
  model: {
    ...full.model,
    weights: { file: "ckpt/step-004400.safetensors", sha256: "5b".repeat(32) },
  },
  checkpoints: Array.from({ length: 12 }, (_, i) => row(400 * i)),
};

export const comparison: InspectComparison = {
  schema: "thalweg/inspect-compare@1",
  a: full,
  b: {
    ...full,
    model: { ...full.model, file: "models/mnist-7-cntk.onnx" },
    measurements: {
      ...full.measurements,
      "hessian.top": eigenvalues(tops.map((t) => 0.6 * t)),
      "hessian.density": density(0.2),
    },
    figures: {
      batchSizes: full.figures.batchSizes!.map(({ batchSize }) => ({
        batchSize,
        batchSharpness: estimate(25 + 300 / batchSize, 2 + 40 / batchSize),
      })),
    },
  },
  differences: {
    loss: estimate(0.0021, 0.0018, "paired over samples"),
    "hessian.top": exact(-16.5),
    "hessian.trace": estimate(-91.2, 5.1, "paired over probes"),
    "batch-sharpness": estimate(-27.1, 3.3, "paired over batches"),
  },
};
