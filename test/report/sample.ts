import type {
  ClaimVerdict,
  CriticalFactor,
  Forks,
  Plateau,
  Point,
  Report,
  Series,
  TimeSeries,
} from "../../src/report/index.ts";
import { frac, row, sub, sup } from "../../src/report/index.ts";

// Curves shaped like those of the edge of stochastic stability, made from a fixed generator: they
// stand in for measurements so that pages and figures can be looked at, and are not results.

function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

const eta = 0.1;
const edge = 2 / eta;

function rise(step: number, level: number, pace: number): number {
  return level * (1 - Math.exp(-step / pace));
}

function curve(
  steps: number,
  every: number,
  at: (step: number) => number,
  spread: number,
  seed: number,
): Point[] {
  const next = noise(seed);
  const points: Point[] = [];
  for (let x = 0; x <= steps; x += every) {
    const centre = at(x);
    const y = centre * (1 + spread * next());
    points.push({ x, y, low: y * (1 - 1.6 * spread), high: y * (1 + 1.6 * spread) });
  }
  return points;
}

export function sharpness(b: number, scaled: boolean): TimeSeries {
  const lag = Math.min(1, 0.26 + 0.2 * Math.log2(b / 8));
  const unit = scaled ? 1 / edge : 1;
  const series: Series[] = [
    {
      name: "λmax",
      colour: "blue",
      points: curve(10000, 50, (x) => unit * edge * (0.04 + rise(x, lag, 1800)), 0.02, b),
    },
    {
      name: "batch sharpness",
      colour: "vermilion",
      points: curve(10000, 50, (x) => unit * edge * (0.05 + rise(x, 0.93, 1500)), 0.06, b + 1),
    },
    {
      name: "MiniBS",
      colour: "green",
      points: curve(
        10000,
        200,
        (x) => unit * edge * (0.08 + rise(x, 0.95 + 6 / b, 1500)),
        0.03,
        b + 2,
      ),
    },
    {
      name: "GNI",
      colour: "purple",
      dashed: true,
      points: curve(
        10000,
        50,
        (x) => unit * edge * (0.1 + rise(x, 1.15, 260)) * (x % 2950 < 50 && x > 0 ? 4 : 1),
        0.12,
        b + 3,
      ),
    },
  ];
  return {
    kind: "time-series",
    description: `Four sharpness measures against step at batch size ${b}; batch sharpness settles at the threshold 2/η.`,
    xLabel: "step",
    yLabel: scaled ? "η·S/2" : "sharpness of squared-error loss",
    yDomain: scaled ? [0, 2] : [0, 2 * edge],
    series,
    thresholds: [{ label: scaled ? "1" : "2/η", value: scaled ? 1 : edge }],
    window: { from: 2600, to: 7900, label: "averaged" },
  };
}

export function scheduled(): TimeSeries {
  return {
    kind: "time-series",
    description:
      "Batch sharpness follows the threshold when the learning rate is halved at step 5,000.",
    xLabel: "step",
    yLabel: "sharpness of squared-error loss",
    series: [
      {
        name: "λmax",
        colour: "blue",
        points: curve(
          10000,
          25,
          (x) => 1 + rise(x, 11, 1500) + (x > 5000 ? rise(x - 5000, 9, 900) : 0),
          0.02,
          5,
        ),
      },
      {
        name: "batch sharpness",
        colour: "vermilion",
        points: curve(
          10000,
          25,
          (x) => 1 + rise(x, 18.5, 1300) + (x > 5000 ? rise(x - 5000, 19, 900) : 0),
          0.05,
          6,
        ),
      },
    ],
    thresholds: [
      {
        label: "2/η",
        value: [
          { x: 0, y: 20 },
          { x: 5000, y: 40 },
        ],
      },
    ],
    events: [{ x: 5000, label: "η halved" }],
  };
}

export function loss(): TimeSeries {
  const series: Series[] = [];
  for (let seed = 0; seed < 3; seed++)
    series.push({
      name: `seed ${seed}`,
      colour: "ink",
      weight: "thin",
      points: curve(10000, 5, (x) => 0.9 * Math.exp(-x / 1300) + 6e-4, 0.45, seed + 40).map(
        ({ x, y }) => ({ x, y }),
      ),
    });
  series.push({
    name: "full loss",
    colour: "ink",
    points: curve(10000, 100, (x) => 0.9 * Math.exp(-x / 1300) + 6e-4, 0.04, 77),
  });
  return {
    kind: "time-series",
    description: "The full loss falls from 0.9 to 0.0006 in 10,000 steps.",
    xLabel: "step",
    yLabel: "squared-error loss",
    yScale: "log",
    series,
    window: { from: 2600, to: 7900, label: "averaged" },
  };
}

export function plateau(): Plateau {
  const sizes = [8, 16, 32, 64, 128, 1024];
  const next = noise(11);
  const level = (
    name: string,
    colour: "blue" | "vermilion" | "green",
    at: (b: number) => number,
  ) => ({
    name,
    colour,
    points: sizes.map((x) => {
      const seeds = [0, 1, 2, 3, 4].map(() => at(x) * (1 + 0.05 * next()));
      const value = seeds.reduce((a, b) => a + b) / 5;
      return { x, estimate: { value, low: value - 0.06, high: value + 0.06 }, seeds };
    }),
  });
  return {
    kind: "plateau",
    description:
      "Batch sharpness stays at the line for every batch size; λmax rises to it with batch size.",
    xLabel: "batch size b (log scale)",
    yLabel: "η·S/2 over the averaging window",
    series: [
      level("λmax", "blue", (b) => Math.min(1.01, 0.28 + 0.235 * Math.log2(b / 8))),
      level("batch sharpness", "vermilion", () => 0.97),
      level("MiniBS", "green", (b) => 1 + 9 / b),
    ],
    reference: { y: 1, label: "S = 2/η" },
    band: { low: 0.85, high: 1.15 },
    xNames: [{ x: 1024, label: "1,024 (all)" }],
  };
}

export function forks(atEdge: boolean): Forks {
  const factors = [1, 1.1, 1.25, 1.5, 2, 3];
  return {
    kind: "forks",
    description: atEdge
      ? "At the plateau forks from ×1.25 on catapult."
      : "Off the plateau only ×3 catapults.",
    xLabel: "steps after the fork",
    yLabel: "squared-error loss",
    forks: factors.map((factor, i) => ({
      label: factor === 1 ? "control" : `×${factor}`,
      control: factor === 1,
      runs: [0, 1, 2].map((seed) => {
        const jump = atEdge ? Math.max(0, factor - 1.2) : Math.max(0, factor - 2.6);
        const height = jump > 0 ? 0.25 * Math.min(1, jump + 0.3) : 0;
        const peak = 120 + 60 / (jump + 0.1);
        const base = (x: number) => 5e-4 * Math.exp(-x / 2600) * (1 + 0.25 * (factor - 1));
        return curve(
          1500,
          10,
          (x) =>
            base(x) +
            height * Math.exp(-(((x - peak) / 90) ** 2)) +
            (x > peak ? height * 0.2 * Math.exp(-(x - peak) / 260) : 0),
          0.25,
          100 * i + seed,
        ).map(({ x, y }) => ({ x, y }));
      }),
    })),
    threshold: { label: "catapult", value: 0.025 },
  };
}

export function criticalFactor(): CriticalFactor {
  const next = noise(3);
  const line = (name: string, colour: "blue" | "vermilion" | "green", at: number) => ({
    name,
    colour,
    estimate: { value: at, low: at * 0.91, high: at * 1.1 },
    observations: Array.from({ length: 8 }, (_, i) => {
      const value = at * (1 + 0.16 * next());
      const estimate = { value, low: value * 0.89, high: value * 1.12 };
      const label = `checkpoint ${i + 1}`;
      return i === 7 ? { label, estimate, censored: "above" as const } : { label, estimate };
    }),
  });
  return {
    kind: "critical-factor",
    description: "The product for batch sharpness is nearest 1; λmax lies below and MiniBS above.",
    xLabel: "f*·η·S/2 (log scale)",
    reference: { x: 1, label: "predicted: 1" },
    rows: [
      line("λmax", "blue", 0.66),
      line("batch sharpness", "vermilion", 1.04),
      line("MiniBS", "green", 1.71),
    ],
  };
}

const claims: ClaimVerdict[] = [
  {
    id: "D0",
    statement: "MiniBS plateaus at 2/η (first version of the paper).",
    statistic: "η·MiniBS/2, mean over the window",
    measured: [8, 16, 32, 64].map((b, i) => ({
      label: `b = ${b}`,
      estimate: { value: 2.1 - 0.32 * i, low: 2.0 - 0.32 * i, high: 2.2 - 0.32 * i },
    })),
    band: { low: 0.85, high: 1.15 },
    controls: [],
    verdict: "not reproduced",
    reason: "At b = 8, 16 and 32 the interval lies wholly above the band.",
  },
  {
    id: "D1",
    statement: "Batch sharpness rises and then hovers at 2/η, for several batch sizes.",
    statistic: "η·BS/2, mean over the window",
    measured: [8, 16, 32, 64].map((b, i) => ({
      label: `b = ${b}`,
      estimate: { value: 0.956 + 0.02 * i, low: 0.91 + 0.02 * i, high: 1.0 + 0.025 * i },
    })),
    band: { low: 0.85, high: 1.15 },
    controls: [
      { label: "isotropic noise of equal trace", estimate: { value: 0.35, low: 0.3, high: 0.41 } },
      { label: "η too small", estimate: { value: 0.41, low: 0.37, high: 0.46 } },
    ],
    verdict: "reproduced",
    reason: "All four intervals lie inside the band and both controls outside.",
  },
  {
    id: "D2",
    statement: "The plateau of λmax falls with smaller batches.",
    statistic: "slope of η·λmax/2 on log₂ b, paired seeds",
    measured: [{ label: "slope", estimate: { value: 0.231, low: 0.214, high: 0.248 } }],
    band: { low: 0.05, high: Infinity },
    controls: [{ label: "sizes shuffled", estimate: { value: 0.003, low: -0.021, high: 0.027 } }],
    verdict: "reproduced",
    reason: "The interval lies above 0.05, that of the shuffled sizes below.",
  },
  {
    id: "D3",
    statement: "Batch sharpness never exceeds MiniBS on the same batches.",
    statistic: "violations among 1,440 pairs",
    measured: [{ label: "count", estimate: { value: 0 } }],
    band: { low: 0, high: 0 },
    controls: [{ label: "λmax against batch sharpness", estimate: { value: 912 } }],
    verdict: "reproduced",
    reason: "No pair violates the inequality.",
  },
  {
    id: "D4",
    statement: "The critical factor is predicted best by batch sharpness.",
    statistic: "distance of f*·η·S/2 from 1, advantage over the next measure",
    measured: [{ label: "advantage", estimate: { value: 0.11, low: -0.04, high: 0.26 } }],
    band: { low: 0, high: Infinity },
    controls: [],
    verdict: "inconclusive",
    reason: "The interval crosses zero with 3 seeds; 6 more would separate an effect of this size.",
  },
];

const code = (text: string) => ({ kind: "code" as const, text });
const math = (node: ReturnType<typeof row>) => ({ kind: "math" as const, math: node });
const norm = sup(row("‖", sub("g", "B"), "‖"), "2");
const quotient = frac(row(sup(sub("g", "B"), "T"), sub("H", "B"), sub("g", "B")), norm);

export const report: Report = {
  kicker: "Reproduction · quick scale · Fashion-MNIST, 1,024 images, 30 % random labels",
  title: "Is SGD at the edge of stochastic stability?",
  lead: [
    [
      "Full-batch gradient descent drives the largest Hessian eigenvalue, ",
      math(sub("λ", "max")),
      ", to ",
      math(row("2", "/", "η")),
      " and keeps it there. Andreyev and Beneventano claim that SGD does the same to another quantity: the curvature along each batch’s own gradient.",
    ],
    "Here batch sharpness settled at 0.97 [0.91, 1.03] of the threshold for every batch size from 8 to 64, while λmax stayed below it, the further the smaller the batch. Which measure decides stability could not be settled with three seeds.",
  ],
  sections: [
    { id: "verdicts", title: "Verdicts", blocks: [{ kind: "verdicts", claims }] },
    {
      id: "sharpness",
      title: "Sharpness along training",
      blocks: [
        {
          kind: "text",
          paragraphs: [
            [
              "Batch sharpness is the mean over batches of the curvature of the batch’s loss along the batch’s gradient,",
            ],
          ],
        },
        { kind: "equation", math: row("BS", "=", sub("E", "B"), "[", quotient, "]", ".") },
        {
          kind: "text",
          paragraphs: [
            "It is measured on fresh batches at fixed weights, and leaves out batches whose gradient is zero.",
          ],
        },
        {
          kind: "figure",
          figure: loss(),
          caption:
            "Loss over all 1,024 images, three seeds and their mean. The shaded steps are those that are averaged: from where the loss first falls below 15 % of its start to where it falls below 0.5 %.",
        },
        {
          kind: "figure",
          figure: sharpness(16, false),
          caption:
            "Four sharpness measures of the squared-error loss at b = 16, η = 0.1, with 95 % bands over seeds. The dashed line is SGD’s own threshold.",
        },
        {
          kind: "panels",
          panels: [8, 16, 32, 64].map((b) => ({ title: `b = ${b}`, figure: sharpness(b, true) })),
          caption: "The same as η·S/2, for four batch sizes. At 1 the measure is at the threshold.",
        },
        {
          kind: "figure",
          figure: scheduled(),
          caption: "With a schedule the threshold steps, and batch sharpness follows it.",
        },
      ],
    },
    {
      id: "plateau",
      title: "Where each measure settles",
      blocks: [
        {
          kind: "figure",
          figure: plateau(),
          caption:
            "Means over the window with 95 % intervals over five seeds; faint dots are seeds. The green stripe is the frozen band of D1.",
        },
        {
          kind: "table",
          columns: [
            { label: "b" },
            { label: "steps", align: "end" },
            { label: "loss", align: "end" },
            { label: "η·λmax/2", align: "end" },
            { label: "η·BS/2", align: "end" },
          ],
          rows: [
            ["8", "12,000", "1.2·10⁻³", "0.283", "0.956"],
            ["16", "10,000", "5.3·10⁻⁴", "0.605", "0.938"],
            ["32", "10,000", "2.9·10⁻⁴", "0.969", "1.091"],
          ],
          caption: "Plateaus by batch size.",
        },
      ],
    },
    {
      id: "forks",
      title: "Forks from one checkpoint",
      blocks: [
        {
          kind: "panels",
          panels: [
            { title: "At the plateau, step 6,000", figure: forks(true) },
            { title: "Off the plateau, step 800", figure: forks(false) },
          ],
          caption:
            "Loss after the learning rate is multiplied by a factor. Thin lines are order seeds, strong ones their median.",
        },
        { kind: "figure", figure: forks(true), caption: "The same at the plateau, larger." },
        {
          kind: "figure",
          figure: criticalFactor(),
          caption:
            "The smallest factor that catapults, times η·S/2. The measure nearest 1 is the one that decides stability.",
        },
        {
          kind: "note",
          text: "A bracket that runs to the frame means that no factor tried was large enough.",
        },
      ],
    },
    {
      id: "words",
      title: "Words",
      blocks: [
        {
          kind: "definitions",
          items: [
            {
              term: "λmax",
              text: "the algebraically largest eigenvalue of the Hessian of the mean loss over all 1,024 images.",
            },
            {
              term: "MiniBS",
              text: "the mean over batches of the largest eigenvalue of the batch’s Hessian.",
            },
            {
              term: "GNI",
              text: [
                "mean over batches of ",
                code("gᵀHg"),
                " by the squared norm of the full gradient.",
              ],
            },
          ],
        },
      ],
    },
  ],
  provenance: {
    command: "npx thalweg reproduce eoss --scale quick --seed 17",
    configuration:
      "scale: quick\ndata:\n  name: fashion-mnist\n  samples: 1024\n  randomLabels: 0.3\nmodel: { kind: mlp, hidden: [64, 64], activation: relu, initScale: 0.3 }\noptimizer: { kind: sgd, learningRate: 0.1 }\nbatchSizes: [8, 16, 32, 64, 128, 1024]",
    seeds: ["17", "18446744073709551615", "23"],
    versions: [
      { name: "thalweg", value: "0.1.0" },
      { name: "ONNX Runtime", value: "1.30.0, optimisation all, AVX2" },
      { name: "Node", value: "20.20.0, linux x64, 2 cores" },
    ],
    bands: {
      file: "src/paper/eoss/bands.json",
      hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      changes: [],
    },
    date: "12 March 2026",
    duration: "4 min 12 s on two cores",
    citations: [
      {
        key: "andreyev2024",
        text: "Arseniy Andreyev and Pierfrancesco Beneventano. Edge of Stochastic Stability: Revisiting the Edge of Stability for SGD. 2024.",
        url: "https://arxiv.org/abs/2412.20553",
        bibtex:
          "@article{andreyev2024,\n  title = {Edge of Stochastic Stability: Revisiting the Edge of Stability for SGD},\n  author = {Andreyev, Arseniy and Beneventano, Pierfrancesco},\n  year = {2024},\n  eprint = {2412.20553}\n}",
      },
    ],
  },
};
