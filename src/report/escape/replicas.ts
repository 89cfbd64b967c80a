import type { ReplicaResult } from "../../diffusion/index.ts";
import type { Series } from "../figures/spec.ts";
import { formatNumber } from "../format.ts";
import type { Paragraph, Section } from "../model.ts";
import { estimateText, formatCount } from "./numbers.ts";

/** What was left, how, and how long it took. */
export function replicaLead(result: ReplicaResult): Paragraph[] {
  const { spec, training, meanFirstPassageTime: time, steps, reference, theory, notes } = result;
  const start = `From step ${formatCount(spec.at)} of ${spec.run} (${training.model}, ${training.samples}) until ${spec.exit}, ${formatCount(time.samples)} replicas with batches of ${spec.batchSize} at learning rate ${spec.eta} took`;
  const found =
    time.value === null
      ? `${start} longer than they were followed: the mean is ${estimateText(time)}.`
      : `${start} ${estimateText(steps)} steps on average, time ${estimateText(time)}.`;
  const entry = reference === null ? undefined : theory[reference];
  const held =
    entry?.steps === null || entry?.steps === undefined || steps.value === null
      ? ""
      : ` The ${entry.name} says ${formatNumber(entry.steps)}: measured over theory ${(steps.value / entry.steps).toFixed(3)}.`;
  const told = notes.map((note) => `${note[0].toUpperCase()}${note.slice(1)}.`).join(" ");
  return [`${found}${held}`, told];
}

/** The loss, the curvature and the noise that the replicas start from. */
export function checkpointSection({ checkpoint }: ReplicaResult): Section | undefined {
  if (checkpoint === null) return undefined;
  const { loss, gradientNorm, sharpness, edge, noiseTrace } = checkpoint;
  const items = [
    ["V", formatNumber(loss)],
    ["‖∇L‖", formatNumber(gradientNorm)],
    ["λmax of H, by Lanczos", `${formatNumber(sharpness)}, against 2/η = ${formatNumber(edge)}`],
    [
      "tr C of a mini-batch gradient",
      `${formatNumber(noiseTrace.value)} (${formatNumber(noiseTrace.low)} … ${formatNumber(noiseTrace.high)})`,
    ],
  ].map(([term, text]) => ({ term, text }));
  return { id: "checkpoint", title: "Where they start", blocks: [{ kind: "definitions", items }] };
}

/** Distance and batch loss of the first replicas. */
export function tracksSection({ tracks, spec }: ReplicaResult): Section | undefined {
  const drawn = tracks.filter(({ steps }) => steps.length > 1);
  if (drawn.length === 0) return undefined;
  const seriesOf = (values: "distance" | "batchLoss", colour: Series["colour"]): Series[] =>
    drawn.map(({ walker, steps, [values]: of }) => ({
      name: drawn.length === 1 ? "" : `replica ${walker}`,
      colour,
      weight: "thin",
      points: steps.map((x, i) => ({ x, y: of[i] })),
    }));
  const figure = (yLabel: string, series: Series[]) => ({
    kind: "time-series" as const,
    description: `${yLabel} of ${drawn.length} replicas against steps from the checkpoint.`,
    xLabel: "steps from the checkpoint",
    yLabel,
    series,
  });
  return {
    id: "ways",
    title: "Their ways",
    blocks: [
      {
        kind: "figure",
        figure: figure("‖θ − θ₀‖", seriesOf("distance", "blue")),
        caption: `Distance from the checkpoint of the first replicas, each the run’s fork with its own order of data (order seed ${spec.seed} and on), until it left or was given up.`,
      },
      {
        kind: "figure",
        figure: figure("batch loss", seriesOf("batchLoss", "amber")),
        caption: "Loss of each step’s own mini-batch, of the same replicas.",
      },
    ],
  };
}
