import { formatNumber } from "../../report/index.ts";
import { judge } from "../claim.ts";
import type { LinePoint } from "../linearity.ts";
import type { Experiment, ScaleName } from "../paper.ts";
import { bands } from "./bands.ts";
import { byCondition, type Condition, worksOf } from "../conditions.ts";
import { exactLogTime } from "./escape-task.ts";
import { type EscapeLandscape, landscapeOf, type LandscapeSpec } from "../landscape.ts";
import type { NoiseSpec } from "./noise.ts";
import { exactLogOdds, type OccupancyInput, type OccupancyPoint } from "./occupancy-task.ts";
import { lineOf, scaledBy, slopeOf, splitResults, weightedAverage } from "../line-statistics.ts";

/** Which of two equally deep valleys holds more. */
export const valleys: Experiment = {
  id: "valleys",
  title: "Which valley is chosen: equal depth, one flat and one sharp",
  claims: ["M1", "M2"],
  plan: (plan) => worksOf(all(plan.scale).flat(), plan),
  judge(results, plan) {
    const scans = all(plan.scale);
    const found = splitResults(results, scans, plan).map((part, i) =>
      byCondition<OccupancyPoint>(part, scans[i], plan),
    );
    const seed = plan.seeds.join(" ");
    const points = scans.map((scan, i) => scan.map(({ x }, j) => averaged(x, found[i][j])));
    const [batches, white, even, evenWhite] = points;
    const exact = (i: number) =>
      slopeOf(
        scans[i].map(({ x, exact: y }) => ({ x, y, stderr: 1 })),
        "exact",
        seed,
      ).statistic.estimate.value;
    const unit = exact(0);
    const law = lineOf(batches, { label: "slope over the exact one, all particles", seed });
    const m1 = judge({
      id: "M1",
      statement:
        "Of two valleys of equal depth SGD chooses the flat one, with log-odds that are a line in B/η (corollary).",
      statistic: "d ln(p_flat/p_sharp)/d(2B/ηs²) over quadrature's; intervals over particles",
      band: bands.valleySlope,
      measured: [scaledBy(law.slope, 1 / unit)],
      controls: [
        scaledBy(slopeOf(even, "equal curvatures", seed).statistic, 1 / unit),
        scaledBy(slopeOf(white, "white noise, against 1/D", seed).statistic, 1 / unit),
      ],
      doubts: law.doubts,
    });
    const half = halfLogRatio();
    const average = weightedAverage(white, "mean over D, all particles");
    const m2 = judge({
      id: "M2",
      statement:
        "Under white noise the log-odds do not depend on D: ½ ln(H_sharp/H_flat), a power of the sharpness (A.2).",
      statistic: "ln(p_flat/p_sharp) over ½ ln(H_sharp/H_flat); intervals over particles",
      band: bands.valleyWhite,
      measured: [scaledBy(average.statistic, 1 / half)],
      controls: [
        scaledBy(weightedAverage(evenWhite, "equal curvatures").statistic, 1 / half),
        scaledBy(weightedAverage(batches, "batches").statistic, 1 / half),
      ],
      doubts: average.pValue > 0.01 ? [] : ["the log-odds change with D"],
    });
    const series = (name: string, colour: "vermilion" | "blue" | "grey", i: number) => [
      {
        name,
        colour,
        points: points[i].map(({ x, y, stderr }) => ({
          x,
          y,
          low: y - 1.96 * stderr,
          high: y + 1.96 * stderr,
        })),
      },
      {
        name: "exact",
        colour: "ink" as const,
        dashed: true,
        weight: "thin" as const,
        points: scans[i].map(({ x, exact: y }) => ({ x, y })),
      },
    ];
    return {
      claims: [m1, m2],
      blocks: [
        {
          kind: "text",
          paragraphs: [
            `L = (u² − 1)² with u(x) bent at 0: both valleys have depth 0, curvature is ${formatNumber(curvatures()[0])} in the flat one and ${formatNumber(curvatures()[1])} in the sharp one. Particles that began in the flat valley (with equal curvatures: on the left) are looked at in their stationary law. Dashed: the stationary density by quadrature.`,
          ],
        },
        {
          kind: "panels",
          panels: [
            {
              title: "SGD",
              figure: {
                kind: "time-series",
                description: "Log-odds of the flat valley against 2B/ηs².",
                xLabel: "2B/ηs²",
                yLabel: "ln(p_flat/p_sharp)",
                series: [...series("batches", "vermilion", 0), ...series("equal", "grey", 2)],
              },
            },
            {
              title: "White noise",
              figure: {
                kind: "time-series",
                description: "Log-odds of the flat valley against 1/D under white noise.",
                xLabel: "1/D",
                yLabel: "ln(p_flat/p_sharp)",
                series: [...series("white", "blue", 1), ...series("equal", "grey", 3)],
                thresholds: [{ label: "½ ln(H_s/H_f)", value: half }],
              },
            },
          ],
          caption:
            "Log-odds of the flat valley. Control beside each: two valleys of equal curvature, whose log-odds are 0.",
        },
      ],
    };
  },
};

/** The log-odds over the particles of all seeds. */
function averaged(x: number, points: readonly OccupancyPoint[]): LinePoint {
  const n = points.length;
  const sum = (of: (p: OccupancyPoint) => number) => points.reduce((s, p) => s + of(p), 0);
  return {
    x,
    y: sum((p) => p.logOdds) / n,
    stderr: Math.sqrt(sum((p) => p.stderr ** 2)) / n,
  };
}

/** H in the flat valley and in the sharp one. */
function curvatures(): [flat: number, sharp: number] {
  const { curvature, opposite, start } = place(uneven);
  return [curvature(opposite), curvature(start)];
}

function halfLogRatio(): number {
  const [flat, sharp] = curvatures();
  return 0.5 * Math.log(sharp / flat);
}

interface OccupancyCondition extends Condition {
  readonly x: number;
  readonly exact: number;
}

/** Learning rate: η·λmax is 0.1. */
const eta = 0.003;
const floor = 2;
const uneven: LandscapeSpec = { kind: "valleys", height: 1, left: 1, right: 2 };
const equal: LandscapeSpec = { kind: "valleys", height: 1, left: 1, right: 1 };

type Scans = readonly (readonly OccupancyCondition[])[];

/** Scans by scale, planned once: each point is two quadratures. */
const planned = new Map<ScaleName, Scans>();

function all(scale: ScaleName): Scans {
  const known = planned.get(scale) ?? scansOf(scale);
  planned.set(scale, known);
  return known;
}

const scansOf = (scale: ScaleName): Scans => [
  (scale === "smoke" ? [4, 6, 8, 10, 12] : [12, 16.5, 21, 25.5, 30]).map((x) => occupied(scale, uneven, batches(x), x)), // prettier-ignore
  [0.5, 0.4, 0.3, 0.25, 0.2].map((d) => occupied(scale, uneven, white(d), 1 / d)),
  [4, 6, 8, 10, 12].map((x) => occupied(scale, equal, batches(x), x)),
  [0.5, 0.4, 0.3, 0.25, 0.2].map((d) => occupied(scale, equal, white(d), 1 / d)),
];

const white = (diffusion: number): NoiseSpec => ({ kind: "white", diffusion });

/** Batches of 4 whose noise s² makes 2B/ηs² = x. */
const batches = (x: number): NoiseSpec => ({
  kind: "batches",
  batchSize: 4,
  variance: 8 / (eta * x),
  floor,
  samples: 512,
});

const landscapes = new Map<LandscapeSpec, EscapeLandscape>();

function place(spec: LandscapeSpec): EscapeLandscape {
  const known = landscapes.get(spec) ?? landscapeOf(spec);
  landscapes.set(spec, known);
  return known;
}

const particles: Readonly<Record<ScaleName, number>> = {
  smoke: 512,
  quick: 512,
  standard: 4096,
  paper: 4096,
};

function occupied(
  scale: ScaleName,
  landscape: LandscapeSpec,
  noise: NoiseSpec,
  x: number,
): OccupancyCondition {
  const at = place(landscape);
  // The sum of the rates brings equilibrium; the sharp valley's is by far the larger.
  const relaxation = Math.max(1, Math.exp(exactLogTime(noise, at, eta))) / eta;
  const [burn, looks] = scale === "smoke" ? [4, 8] : [6, 60];
  const input: Omit<OccupancyInput, "seed"> = {
    landscape,
    noise,
    eta,
    particles: particles[scale],
    burnIn: Math.ceil(burn * relaxation),
    stride: Math.ceil(relaxation / 8),
    looks,
  };
  const steps = input.particles * (input.burnIn + input.stride * looks);
  return {
    task: "ddt/occupancy",
    label: `${landscape === uneven ? "flat and sharp" : "equal valleys"}, ${noise.kind} at ${formatNumber(x)}`,
    input: { ...input },
    cost: 0.5 + steps / (noise.kind === "white" ? 60e6 : 15e6),
    x,
    exact: exactLogOdds(noise, at, eta),
  };
}
