import type { Density, Eigenvalue, InspectResult } from "../../measure/inspect/result.ts";
import type { Point, Spectrum } from "../figures/spec.ts";
import { formatNumber } from "../format.ts";
import type { Block, Section } from "../model.ts";
import type { Colour } from "../palette.ts";

/** The Hessian's eigenvalues: density, both ends, and the lists of the other matrices. */
export function spectrumSection(result: InspectResult): Section | undefined {
  const blocks: Block[] = [];
  const density = result.measurements["hessian.density"];
  if (density) blocks.push(densityBlock(result, density));
  const table = eigenvalueTable(result);
  if (table) blocks.push(table);
  return blocks.length === 0 ? undefined : { id: "spectrum", title: "The spectrum", blocks };
}

function densityBlock(result: InspectResult, density: Density): Block {
  const { probes, steps, width, axis, threshold, level } = density;
  const band =
    density.low === undefined
      ? "two standard errors over probes"
      : `the ${formatNumber(100 * (level ?? 0.95), 2)} % interval over probes`;
  const scale =
    axis === "log" && threshold !== undefined
      ? `both axes are logarithmic, the eigenvalues’ linear within ${formatNumber(threshold, 2)} of 0; a Gaussian of ${formatNumber(width, 2)} decades smooths`
      : `the density’s axis is logarithmic; a Gaussian of standard deviation ${formatNumber(width, 2)} smooths`;
  return {
    kind: "figure",
    figure: spectrumFigure([{ name: "Hessian", colour: "blue", result }]),
    caption: `Eigenvalues of the Hessian of the ${result.loss} loss, by Lanczos quadrature from ${probes} probes of ${steps} steps. The band is ${band}; ${scale}. Vertical lines are eigenvalues that were computed one by one. The floor of the frame is a third of what a single eigenvalue adds.`,
  };
}

/** Densities of one or more results with a density, over their marked eigenvalues. */
export function spectrumFigure(
  of: readonly { readonly name: string; readonly colour: Colour; readonly result: InspectResult }[],
): Spectrum {
  const densities = of.map(({ result }) => result.measurements["hessian.density"]!);
  const first = densities[0];
  const log = densities.every((d) => d.axis === "log" && d.threshold !== undefined);
  const single = Math.min(
    ...of.map(
      ({ result }, i) =>
        1 / (result.model.parameterCount * densities[i].width * Math.sqrt(2 * Math.PI)),
    ),
  );
  const peak = Math.max(...densities.flatMap((d) => [...(d.high ?? []), ...d.density]));
  return {
    kind: "spectrum",
    description: `Density of the eigenvalues of the Hessian, ${of.map(({ name }) => name).join(" and ")}; the largest and smallest are marked.`,
    xLabel: "eigenvalue of the Hessian",
    yLabel: log ? "share of eigenvalues per decade" : "share of eigenvalues per unit",
    ...(log ? { linearWithin: Math.max(...densities.map((d) => d.threshold ?? 0)) } : {}),
    yDomain: [Math.min(single, peak / 10) / 3, peak * 1.5],
    series: of.map(({ name, colour, result }, i) => ({
      name,
      colour,
      points: pointsOf(densities[i] ?? first),
      eigenvalues: marksOf(result, of.length === 1),
    })),
  };
}

function pointsOf({ grid, density, stderr, low, high }: Density): Point[] {
  return grid.map((x, i) => {
    const margin = 2 * stderr[i];
    const band =
      low && high
        ? { low: low[i], high: high[i] }
        : Number.isFinite(margin)
          ? { low: density[i] - margin, high: density[i] + margin }
          : {};
    return { x, y: density[i], ...band };
  });
}

function marksOf({ measurements }: InspectResult, named: boolean) {
  const top = measurements["hessian.top"] ?? [];
  const bottom = measurements["hessian.bottom"] ?? [];
  return [
    ...top.map(({ value }, i) =>
      i === 0 && named ? { value, label: `λmax\u00A0${formatNumber(value)}` } : { value },
    ),
    ...bottom.map(({ value }, i) =>
      i === 0 && named ? { value, label: `λmin\u00A0${formatNumber(value)}` } : { value },
    ),
  ];
}

function eigenvalueTable({ loss, measurements: m }: InspectResult): Block | undefined {
  const lists: [string, readonly Eigenvalue[] | undefined][] = [
    ["Hessian, top", m["hessian.top"]],
    ["Hessian, bottom", m["hessian.bottom"]],
    ["Gauss–Newton", m["ggn.top"]],
    ["empirical Fisher", m["fisher.empirical.top"]],
    ["Fisher, Monte Carlo", m["fisher.mc.top"]],
    ["covariance Σ", m["covariance.top"]],
  ];
  const rows = lists.flatMap(([name, list = []]) =>
    list.map(({ value, residual, samplingStderr, status }, i) => [
      i === 0 ? name : "",
      formatNumber(value, 4),
      samplingStderr === undefined ? "–" : `±\u00A0${formatNumber(samplingStderr, 2)}`,
      `${formatNumber(residual, 1)}${status === "converged" ? "" : ", not converged"}`,
    ]),
  );
  if (rows.length === 0) return undefined;
  const table: Block = {
    kind: "table",
    columns: [
      { label: "matrix" },
      { label: "eigenvalue", align: "end" },
      { label: "sampling error", align: "end" },
      { label: "residual", align: "end" },
    ],
    rows,
    caption: `Of the ${loss} loss. The residual ‖Av − θv‖ bounds the distance to an eigenvalue of these samples’ matrix; the sampling error is that of the samples as a draw from their population, from the spread of uᵀAᵢu.`,
  };
  return rows.length <= 8
    ? table
    : { kind: "details", summary: `All ${rows.length} eigenvalues`, blocks: [table] };
}
