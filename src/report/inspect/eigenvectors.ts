import type { FigureData, InspectResult } from "../../measure/inspect/result.ts";
import type { Bars, Scatter } from "../figures/spec.ts";
import { formatNumber } from "../format.ts";
import type { Block, Section } from "../model.ts";
import { count } from "./names.ts";

type Eigenvectors = NonNullable<FigureData["eigenvectors"]>;

const most = 12;

/** Noise against curvature in the top eigenvectors, and the share of the gradient in them. */
export function eigenvectorsSection(result: InspectResult): Section | undefined {
  const { eigenvectors } = result.figures;
  if (!eigenvectors || eigenvectors.length === 0) return undefined;
  const blocks: Block[] = [];
  const scatter = noiseFigure(result, eigenvectors);
  if (scatter) blocks.push(scatter);
  blocks.push(shareBlock(result, eigenvectors));
  return { id: "eigenvectors", title: "Noise and gradient in the sharp directions", blocks };
}

function noiseFigure({ loss, measurements: m, model }: InspectResult, all: Eigenvectors) {
  const points = all.flatMap(({ eigenvalue, noise }, i) =>
    noise !== undefined && noise > 0 && eigenvalue > 0
      ? [{ x: eigenvalue, y: noise, label: `u${subscript(i + 1)}` }]
      : [],
  );
  if (points.length === 0) return undefined;
  const trH = m["hessian.trace"]?.value ?? undefined;
  const trSigma = m["covariance.trace"]?.value ?? undefined;
  const lines: Scatter["lines"][number][] = [];
  if (trSigma !== undefined && trSigma > 0) {
    if (trH !== undefined && trH > 0)
      lines.push({ label: "Σ ∝ H, same traces", factor: trSigma / trH });
  } else {
    const logs = points.map(({ x, y }) => Math.log(y / x));
    lines.push({
      label: "Σ ∝ H, fitted",
      factor: Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length),
    });
  }
  const isotropic =
    trSigma === undefined
      ? ""
      : ` Isotropic noise of equal trace would have Tr Σ/P = ${formatNumber(trSigma / model.parameterCount)} in each direction.`;
  const left = all.length - points.length;
  const figure: Scatter = {
    kind: "scatter",
    description: `Variance of the gradient noise along ${points.length} top eigenvectors of the Hessian against their eigenvalues.`,
    xLabel: "curvature λᵢ",
    yLabel: "noise uᵢᵀΣuᵢ",
    series: [{ name: "", colour: "blue", points }],
    lines,
  };
  return {
    kind: "figure",
    figure,
    caption: `Σ is the covariance of single samples’ gradients of the ${loss} loss. Points on the dashed line have noise in proportion to curvature.${isotropic}${left > 0 ? ` ${left} without positive curvature and noise ${left === 1 ? "is" : "are"} left out.` : ""}`,
  } satisfies Block;
}

function shareBlock({ model }: InspectResult, all: Eigenvectors): Block {
  const total = all.reduce((sum, { gradientShare }) => sum + gradientShare, 0);
  const shown = all.slice(0, most);
  const percent = (share: number) => `${formatNumber(100 * share, 2)}\u00A0%`;
  const row = (name: string, share: number) => ({
    name,
    estimate: { value: 100 * share },
    text: percent(share),
  });
  const figure: Bars = {
    kind: "bars",
    description: `Share of the squared gradient norm along each top eigenvector, ${percent(total)} together.`,
    xLabel: "% of ‖ḡ‖²",
    colour: "green",
    rows: [
      ...shown.map(({ eigenvalue, gradientShare }, i) =>
        row(`u${subscript(i + 1)}, λ = ${formatNumber(eigenvalue)}`, gradientShare),
      ),
      { ...row(all.length === 1 ? "together" : `all ${all.length} together`, total), total: true },
    ],
  };
  const random = all.length / model.parameterCount;
  const most1 = shown.length < all.length ? ` The first ${most} are drawn one by one.` : "";
  return {
    kind: "figure",
    figure,
    caption: `Share (uᵢᵀḡ)²/‖ḡ‖² of the full gradient in the eigenspace of the ${all.length} computed eigenvalues. A random direction among ${count(model.parameterCount)} parameters would have ${percent(random)} there.${most1}`,
  };
}

function subscript(index: number): string {
  return String(index).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[Number(d)]);
}
