import type { EscapeResult } from "../../diffusion/index.ts";
import type { TimeSeries } from "../figures/spec.ts";
import type { Section } from "../model.ts";

/** Kaplan and Meier's curve against the exponential of the estimated mean. */
export function survivalSection(
  result: Pick<EscapeResult, "survival" | "meanFirstPassageTime">,
): Section | undefined {
  const { times, survival, low, high } = result.survival;
  const mean = result.meanFirstPassageTime.value;
  if (times.length < 2 || mean === null) return undefined;
  const end = times.at(-1)!;
  // The last events stand for a handful of walkers: below this nothing can be read.
  const floor = Math.max(Math.min(...survival.filter((s) => s > 0)), 1e-4);
  const figure: TimeSeries = {
    kind: "time-series",
    description: `Share of walkers that have not left, against time, on a logarithmic axis; the exponential of mean ${mean.toPrecision(3)} is a straight line.`,
    xLabel: "time",
    yLabel: "not yet left",
    yScale: "log",
    yDomain: [floor / 1.5, 1.3],
    series: [
      {
        name: "exponential of the same mean",
        colour: "grey",
        dashed: true,
        points: Array.from({ length: 60 }, (_, i) => {
          const t = (end * i) / 59;
          return { x: t, y: Math.exp(-t / mean) };
        }),
      },
      {
        name: "measured",
        colour: "blue",
        points: times.map((t, i) => ({ x: t, y: survival[i], low: Math.max(low[i], floor / 2), high: high[i] })), // prettier-ignore
      },
    ],
  };
  return {
    id: "survival",
    title: "How long they stay",
    blocks: [
      {
        kind: "figure",
        figure,
        caption:
          "Kaplan and Meier’s estimate with its pointwise 95 % interval. Escape from one well at a constant rate is a straight line; a bend at the start is the time to forget where the walkers began.",
      },
    ],
  };
}
