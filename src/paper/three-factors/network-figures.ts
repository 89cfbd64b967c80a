import { type Block, type Colour, formatNumber, type Paragraph } from "../../report/index.ts";
import type { NetworkCell } from "./network-cells.ts";
import { meanOf, type Quantity } from "./network-statistics.ts";
import type { Look, NetworkResult } from "./network-task.ts";

interface Shown {
  readonly cell: NetworkCell;
  readonly results: readonly NetworkResult[];
  readonly colour: Colour;
}

/** A quantity of the looks against η·k, mean over seeds. */
export function curvesFigure(
  shown: readonly Shown[],
  caption: Paragraph,
  {
    of = ({ loss }) => loss,
    yLabel = "training loss",
    yScale = "log",
  }: {
    readonly of?: (look: Look) => number;
    readonly yLabel?: string;
    readonly yScale?: "linear" | "log";
  } = {},
): Block {
  return {
    kind: "figure",
    figure: {
      kind: "time-series",
      description: `${yLabel} against η·k.`,
      xLabel: "η·k",
      yLabel,
      yScale,
      series: shown.map(({ cell, results, colour }) => {
        const whole = results.filter(({ status }) => status === "finished");
        return {
          name: cell.label,
          colour,
          points: (whole[0]?.looks ?? []).map(({ time }, i) => ({
            x: time,
            y: whole.reduce((sum, { looks }) => sum + of(looks[i]), 0) / whole.length,
          })),
        };
      }),
    },
    caption,
  };
}

/** A quantity of the end against η/S, one mark a seed, with groups of cells as series. */
export function againstNoise(
  groups: readonly {
    readonly name: string;
    readonly colour: Colour;
    readonly cells: readonly NetworkCell[];
    readonly results: readonly (readonly NetworkResult[])[];
  }[],
  of: (result: NetworkResult) => number,
  yLabel: string,
  yScale: "linear" | "log" = "log",
): { readonly title: string; readonly figure: Extract<Block, { kind: "figure" }>["figure"] } {
  return {
    title: yLabel,
    figure: {
      kind: "line-fit",
      description: `${yLabel} at the end of training against η/S.`,
      xLabel: "η/S",
      yLabel,
      xScale: "log",
      yScale,
      series: groups.map(({ name, colour, cells, results }) => ({
        name,
        colour,
        points: cells.flatMap(({ eta, batchSize }, i) => {
          const values = results[i].map(of).filter(Number.isFinite);
          if (values.length === 0) return [];
          const value = values.reduce((sum, v) => sum + v, 0) / values.length;
          const [low, high] = [Math.min(...values), Math.max(...values)];
          return [{ x: eta / batchSize, estimate: { value, low, high } }];
        }),
      })),
      lines: [],
    },
  };
}

/** What each cell came to. */
export function endTable(
  shown: readonly Pick<Shown, "cell" | "results">[],
  caption: Paragraph = "Means over seeds, of the looks in the last part of training.",
): Block {
  const cooled = shown.some(({ cell }) => cell.input.coolings > 0);
  const columns: { readonly label: string; readonly of: (eta: number) => Quantity }[] = [
    { label: "loss", of: () => (result) => result.loss },
    ...(cooled ? [{ label: "kept up by noise", of: () => ({ excess }: NetworkResult) => excess }] : []), // prettier-ignore
    { label: "λmax", of: () => (result) => result.lambdaMax },
    { label: "ηλmax/2", of: (eta) => (result) => (eta * result.lambdaMax) / 2 },
    { label: "‖H‖_F", of: () => (result) => result.frobenius },
    { label: "validation", of: () => lastAnswers("validation") },
    { label: "random labels fitted", of: () => lastAnswers("random") },
  ];
  return {
    kind: "table",
    narrow: "scroll",
    columns: [{ label: "setting" }, ...columns.map(({ label }) => ({ label, align: "end" as const }))], // prettier-ignore
    rows: shown.map(({ cell, results }) => [
      cell.label.replaceAll(" = ", "\u00A0=\u00A0"),
      ...columns.map(({ of }) => formatNumber(meanOf(results, of(cell.eta)))),
    ]),
    caption,
  };
}

/** A share of right answers, mean over the last quarter of the looks. */
export const lastAnswers =
  (which: "clean" | "random" | "validation") =>
  ({ looks }: NetworkResult): number => {
    const last = looks.slice(Math.floor(0.75 * looks.length));
    return last.reduce((sum, look) => sum + look[which], 0) / last.length;
  };
