import type { Block, Figure } from "../../report/index.ts";
import type { NoisePoint } from "./noise-point.ts";
import type { Checkpoint } from "./one-hidden-task.ts";

/** Points along one training; of a regression, one. */
export type Along = readonly NoisePoint[];

/** Mean of some numbers. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, v) => sum + v, 0) / values.length;

/** The paper's figure: both traces along training. */
export function tracesFigure(found: readonly (readonly Checkpoint[])[], xLabel: string): Figure {
  return {
    kind: "time-series",
    description: "Tr(HΣ) and its isotropic equivalent along training.",
    xLabel,
    yLabel: "trace",
    yScale: "log",
    series: found.flatMap((path, i) => {
      const weight = i === 0 ? "normal" : "thin";
      const line = (of: (p: Checkpoint) => number) => path.map((p) => ({ x: p.done, y: of(p) }));
      return [
        { name: i === 0 ? "Tr(HΣ)" : "", colour: "blue" as const, weight, points: line((p) => p.trHSigma) }, // prettier-ignore
        { name: i === 0 ? "Tr H·Tr Σ/P" : "", colour: "vermilion" as const, weight, points: line((p) => (p.trH * p.trSigma) / p.dimension) }, // prettier-ignore
        { name: i === 0 ? "rotated (control)" : "", colour: "grey" as const, weight, dashed: true, points: line((p) => (p.rotated.ratio * p.trH * p.trSigma) / p.dimension) }, // prettier-ignore
      ];
    }),
  };
}

/** What was measured at each checkpoint. */
export function pointsTable(
  plane: readonly (readonly Checkpoint[])[],
  images: readonly (readonly (readonly Checkpoint[])[])[],
  names: readonly string[],
): Block {
  const rows = (label: string, found: readonly (readonly Checkpoint[])[], unit: string) =>
    donesOf(found).map((done) => {
      const at = found.flatMap((path) => path.filter((p) => p.done === done));
      const of = (f: (p: Checkpoint) => number) => mean(at.map(f));
      return [
        label,
        `${unit} ${done}`,
        of((p) => p.loss).toPrecision(3),
        of((p) => p.accuracy).toFixed(3),
        of((p) => p.ratio).toPrecision(3),
        of((p) => p.rotated.ratio).toPrecision(3),
        of((p) => p.aHat).toFixed(2),
      ];
    });
  return {
    kind: "table",
    narrow: "stack",
    columns: [
      { label: "network" },
      { label: "at" },
      { label: "loss", align: "end" },
      { label: "training accuracy", align: "end" },
      { label: "ratio", align: "end" },
      { label: "rotated", align: "end" },
      { label: "â", align: "end" },
    ],
    rows: [
      ...rows("one hidden layer", plane, "epoch"),
      ...images.flatMap((found, i) => rows(names[i], found, "step")),
    ],
    caption: "Means over seeds.",
  };
}

const donesOf = (found: readonly (readonly Checkpoint[])[]): number[] =>
  [...new Set(found.flatMap((path) => path.map(({ done }) => done)))].sort((a, b) => a - b);

/** Where every output was clipped, so that there was nothing to measure. */
export function clippedPoints(
  paths: readonly (readonly Checkpoint[])[],
  seeds: readonly string[],
  at: readonly number[],
): string[] {
  return paths.flatMap((path, i) => {
    const left = at.filter((epoch) => path.every(({ done }) => done !== epoch));
    return left.length === 0 ? [] : [`seed ${seeds[i]} at epoch ${left.join(", ")}`];
  });
}

/** The two conditions and the bound that follows from them. */
export function conditionsTable(
  cases: readonly { readonly label: string; readonly found: readonly Along[] }[],
): Block {
  return {
    kind: "table",
    narrow: "stack",
    columns: [
      { label: "at the end of training" },
      { label: "P", align: "end" },
      { label: "λ₁", align: "end" },
      { label: "λ₁P/Tr H, the most there can be", align: "end" },
      { label: "k", align: "end" },
      { label: "d̂", align: "end" },
      { label: "k of d̂ > ½", align: "end" },
      { label: "â", align: "end" },
      { label: "â·P/(k + P^(1−d̂))²", align: "end" },
      { label: "ratio", align: "end" },
    ],
    rows: cases.map(({ label, found }) => {
      const of = (f: (p: NoisePoint) => number) => mean(found.map((path) => f(path.at(-1)!)));
      return [
        label,
        String(found[0].at(-1)!.dimension),
        of((p) => p.lambda1).toPrecision(3),
        of((p) => (p.lambda1 * p.dimension) / p.trH).toPrecision(3),
        of((p) => p.k).toFixed(1),
        of((p) => p.exponent).toFixed(2),
        reached(found.map((path) => path.at(-1)!.enough)),
        of((p) => p.aHat).toFixed(2),
        of((p) => p.aHat * p.bound).toPrecision(3),
        of((p) => p.ratio).toPrecision(3),
      ];
    }),
    caption:
      "Means over seeds. The proposition's lower bound stands before the ratio it bounds; it supposes that no eigenvalue is negative.",
  };
}

/** Mean of what is not 0; a dash where some are. */
const reached = (ks: readonly number[]) => (ks.includes(0) ? "–" : mean(ks).toFixed(1));

/** Eigenvalues over the first. */
export function spectrumFigure(
  cases: readonly { readonly label: string; readonly found: readonly Along[] }[],
): Figure {
  const colours = ["blue", "vermilion", "purple", "green"] as const;
  const shown = cases.map(({ label, found }, i) => {
    const { spectrum } = found[0].at(-1)!;
    const points = spectrum.flatMap((value, k) =>
      value > 1e-6 * spectrum[0] ? [{ x: k + 1, y: value / spectrum[0] }] : [],
    );
    const control = i === cases.length - 1;
    return { name: label, colour: control ? ("grey" as const) : colours[i], points };
  });
  const level = cases[0].found[0].at(-1)!.dimension ** -0.5;
  return {
    kind: "scatter",
    description: "Largest eigenvalues of the Hessians by rank, on logarithmic axes.",
    xLabel: "rank",
    yLabel: "λ / λ₁",
    series: shown,
    lines: [{ label: "P^(−½)", level }],
  };
}
