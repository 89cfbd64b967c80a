import { fitLine } from "../../statistics/index.ts";
import { type Block, type Figure, formatNumber } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import { judge } from "../claim.ts";
import { linearity, standardRivals } from "../linearity.ts";
import { overSeeds } from "../over-seeds.ts";
import type { Experiment, Finding, Plan, Work } from "../paper.ts";
import { bands } from "./bands.ts";
import type { EscapeInput, Escapes } from "./escape-task.ts";
import type { OuInput, Rise } from "./ou-task.ts";
import { sizes } from "./sizes.ts";

/** Three e-folds, in units of the smallest. */
const span = Math.exp(3) - 1;

/** How fast the loss rises from a minimum under noises of one trace. */
export const escape: Experiment = {
  id: "escape",
  title: "The first steps away from a minimum",
  claims: ["E1", "E2"],
  plan({ scale, seeds }) {
    const { ou, oneHidden, escape: size } = sizes[scale];
    return [
      ...seeds.map((seed): Work => {
        const input: OuInput = { ...ou, seed };
        return {
          task: "anisotropic/ou",
          input: input as unknown as Json,
          label: `Ornstein–Uhlenbeck, seed ${seed}`,
          cost: 0.2 + ou.walkers * ou.steps * 2e-4,
        };
      }),
      ...seeds.map((seed): Work => {
        const input: EscapeInput = { ...oneHidden, ...size, seed };
        return {
          task: "anisotropic/escape",
          input: input as unknown as Json,
          label: `first steps of the one-hidden-layer network, seed ${seed}`,
          cost: 3 + size.pairs * size.steps * oneHidden.samples * 3e-5,
        };
      }),
    ];
  },
  judge: judged,
};

function judged(results: readonly Json[], { seeds }: Plan): Finding {
  const quadratic = (results.slice(0, seeds.length) as unknown as readonly Rise[][]).flat();
  const escapes = results.slice(seeds.length) as unknown as readonly Escapes[];
  const network = escapes.flatMap(({ rises }) => rises);
  const nearMean = (of: (near: Escapes["near"]) => number) =>
    escapes.reduce((sum, e) => sum + of(e.near), 0) / escapes.length;
  const kinks = escapes[0].kinks.map(({ rate }, i) => ({
    rate,
    ...overSeeds(
      escapes.map((e) => e.kinks[i].rise),
      seeds,
    ),
  }));
  const claim = (id: string, rises: readonly Rise[], label: string, statement: string) => {
    const { walked, control } = linesOf(rises, label, seeds[0]);
    return judge({
      id,
      statement,
      statistic: "slope of 2E[L(θ_t) − L(θ₀)]/t in Tr(HΣ)",
      band: bands.escapeSlope,
      measured: [walked.slope],
      controls: [control],
      doubts: walked.doubts,
    });
  };
  return {
    claims: [
      claim(
        "E1",
        quadratic,
        "Ornstein–Uhlenbeck process",
        "From a minimum the expected loss rises by (t/2)·Tr(HΣ) at first: noises of equal trace escape in proportion to Tr(HΣ) (escaping efficiency).",
      ),
      claim(
        "E2",
        network,
        "one-hidden-layer network",
        "The same from where a network was trained to, on its own loss, for random noises and those of the paper.",
      ),
    ],
    blocks: [
      {
        kind: "text",
        paragraphs: [
          "All noises have one trace; they differ in shape. Both axes are in units of isotropic noise of that trace, so that the law is the line y = x and the abscissa is the paper's ratio. The slope is fitted with an intercept. Eight covariances are drawn at random, each a Wishart matrix mixed with one along H², and the network also has those of the paper's dynamics. Rivals that must be rejected: square root, logarithm and square of Tr(HΣ), and λ₁u₁ᵀΣu₁, what goes along the first eigenvector alone. Errors of the points are those of the law itself, from Tr(HΣHΣ), or of the walkers' scatter where that is more.",
          "Control: walkers under QΣQᵀ, with the spectrum of Σ and random directions, plotted at the Tr(HΣ) of Σ itself. In the mean over Q their loss rises as under isotropic noise, whatever Σ.",
        ],
      },
      {
        kind: "panels",
        panels: [
          { title: "Ornstein–Uhlenbeck process", figure: figureOf(quadratic) },
          { title: "one-hidden-layer network", figure: figureOf(network) },
        ],
        caption: "Points of all seeds with 95 % intervals.",
      },
      fitsTable(quadratic, network, seeds[0]),
      {
        kind: "table",
        columns: [
          { label: "ηλ₁" },
          { label: "rise under isotropic noise over (η²t/2)·Tr(HΣ)", align: "end" },
        ],
        rows: kinks.map(({ rate, value, low, high }) => [
          String(rate),
          Number.isNaN(low)
            ? formatNumber(value)
            : `${formatNumber(value)} [${formatNumber(low)}, ${formatNumber(high)}]`,
        ]),
        caption: "The trained network under smaller and smaller steps, means over seeds.",
      },
    ],
    surprises: [
      `The smaller the steps, the worse Tr(HΣ) does on the network: under isotropic noise its loss rises by ${formatNumber(kinks[0].value)} times what it says at ηλ₁ = ${kinks[0].rate}, by ${formatNumber(kinks.at(-1)!.value)} at ${kinks.at(-1)!.rate}. Training has put ReLUs' kinks upon data points, where the loss rises like |ε| and has no Hessian: ${formatNumber(nearMean((n) => n.count))} of them are within ${formatNumber(escapes[0].near.distance)} of a sample, where an even density would have ${formatNumber(nearMean((n) => n.expected))}; the paper's calculus takes two derivatives. It adds about the same to every noise of one trace, so that the line keeps its slope and gets an intercept.`,
    ],
  };
}

function linesOf(rises: readonly Rise[], label: string, seed: string) {
  const straight = rises.filter(({ rotated }) => !rotated);
  const alone = new Map(straight.map(({ indicator, alongFirst }) => [indicator, alongFirst]));
  const points = straight.map(({ indicator, rise, stderr }) => ({ x: indicator, y: rise, stderr }));
  const walked = linearity(points, {
    label,
    seed,
    span,
    rivals: { ...standardRivals, "u₁ alone": (x) => alone.get(x)! },
  });
  const control = rises.filter(({ rotated }) => rotated);
  const { slope } = fitLine(
    control.map(({ indicator }) => indicator),
    control.map(({ rise }) => rise),
    { seed, sigma: control.map(({ stderr }) => stderr) },
  );
  return { walked, control: { label: `${label}, rotated noise`, estimate: slope } };
}

function figureOf(rises: readonly Rise[]): Figure {
  const [low, high] = [0.5, 1.5 * Math.max(...rises.map(({ indicator }) => indicator))];
  const series = [
    { name: "random noises", colour: "blue", of: (r: Rise) => !r.rotated && isRandom(r) },
    { name: "rotated (control)", colour: "grey", of: (r: Rise) => r.rotated },
    { name: "noises of the dynamics", colour: "vermilion", of: (r: Rise) => !isRandom(r) },
  ] as const;
  return {
    kind: "line-fit",
    description: "Initial rise of the loss against Tr(HΣ), both over isotropic noise.",
    xLabel: "Tr(HΣ) / that of isotropic noise",
    yLabel: "rise / rise under isotropic noise",
    xScale: "log",
    yScale: "log",
    series: series.flatMap(({ name, colour, of }) => {
      const points = rises.filter(of).map(({ indicator, rise, stderr }) => ({
        x: indicator,
        estimate: { value: rise, low: Math.max(rise / 3, rise - 1.96 * stderr), high: rise + 1.96 * stderr }, // prettier-ignore
      }));
      const shown = points.filter(({ estimate }) => estimate.value > 0);
      return shown.length === 0 ? [] : [{ name, colour, points: shown }];
    }),
    lines: [
      {
        label: "Tr(HΣ)",
        colour: "ink",
        points: [low, high].map((x) => ({ x, y: x })),
      },
      {
        label: "isotropic",
        colour: "grey",
        dashed: true,
        points: [low, high].map((x) => ({ x, y: 1 })),
      },
    ],
  };
}

const isRandom = ({ name }: Rise) => name.startsWith("random");

function fitsTable(quadratic: readonly Rise[], network: readonly Rise[], seed: string): Block {
  const fits = [
    ["Ornstein–Uhlenbeck", quadratic],
    ["network", network],
  ] as const;
  return {
    kind: "table",
    columns: [
      { label: "where" },
      { label: "abscissa" },
      { label: "χ² / degrees", align: "end" },
      { label: "ΔAIC", align: "end" },
    ],
    rows: fits.flatMap(([where, rises]) =>
      linesOf(rises, where, seed).walked.fits.map(({ name, line, deltaAic }) => [
        where,
        name === "stated" ? "Tr(HΣ)" : name,
        `${line.chiSquare.toFixed(0)} / ${line.degrees}`,
        deltaAic.toFixed(1),
      ]),
    ),
    caption: "Weighted fits of all seeds' points.",
  };
}
