import type { SweepResult } from "../../diffusion/index.ts";
import type { Estimate } from "../../statistics/index.ts";
import type { LineFit } from "../figures/spec.ts";
import { formatNumber, formatPlusMinus } from "../format.ts";
import type { Block, Section } from "../model.ts";
import { estimateText } from "./numbers.ts";

/** The abscissae that a sweep tries, as functions of the parameter. */
function abscissaOf(name: string, parameter: string): (p: number) => number {
  if (name === `1/${parameter}`) return (p) => 1 / p;
  return name === `log ${parameter}` ? Math.log : (p) => p;
}

/** ln τ against the predicted abscissa: the fitted slope, its error, and the slope of theory. */
export function sweepSection(sweep: SweepResult): Section {
  const { parameter, points, predicted, fits, theoreticalSlope, againstTheory } = sweep;
  const known = points.filter(({ result }) => result.meanFirstPassageTime.value !== null);
  const name = predicted ?? fits[0]?.abscissa ?? parameter;
  const of = abscissaOf(name, parameter);
  const fit = fits.find(({ abscissa }) => abscissa === name);
  const xs = known.map(({ value }) => of(value)).sort((a, b) => a - b);
  const theory = known
    .flatMap(({ value, result }) => {
      const log = result.reference === null ? null : result.theory[result.reference].logTime;
      return log === null ? [] : [{ x: of(value), y: log }];
    })
    .sort((a, b) => a.x - b.x);
  const figure: LineFit = {
    kind: "line-fit",
    description: `Logarithm of the mean first-passage time against ${name} at ${known.length} values.`,
    xLabel: name,
    yLabel: "ln τ",
    series: [
      {
        name: "measured",
        colour: "blue",
        points: known.map(({ value, result: { meanFirstPassageTime: t } }) => ({
          x: of(value),
          estimate: {
            value: Math.log(t.value!),
            low: Math.log(t.low),
            ...(t.high !== null && { high: Math.log(t.high) }),
          },
        })),
      },
    ],
    lines: [
      ...(fit === undefined
        ? []
        : [
            {
              label: "fit",
              colour: "blue" as const,
              points: xs.map((x) => ({ x, y: fit.intercept.value + fit.slope.value * x })),
            },
          ]),
      ...(theory.length < 2
        ? []
        : [{ label: "theory", colour: "ink" as const, dashed: true, points: theory }]),
    ],
  };
  const blocks: Block[] = [
    {
      kind: "figure",
      figure,
      caption: [
        fit === undefined
          ? "Too few points for a line."
          : `Slope ${slopeText(fit.slope)} by weighted least squares (χ² ${formatNumber(fit.chiSquare)} on ${fit.degrees} degrees).`,
        theoreticalSlope.reference === null
          ? ""
          : ` Theory at these points: ${formatNumber(theoreticalSlope.reference)}.`,
        theoreticalSlope.asymptotic === null
          ? ""
          : ` Its limit for vanishing noise: ${formatNumber(theoreticalSlope.asymptotic)}.`,
        againstTheory === null
          ? ""
          : ` Measured ln τ against the theory's: slope ${slopeText(againstTheory.slope)}.`,
      ].join(""),
    },
    {
      kind: "table",
      columns: [
        { label: parameter, align: "end" },
        { label: "mean time (95 %)", align: "end" },
        { label: "theory", align: "end" },
        { label: "measured/theory", align: "end" },
        { label: "given up", align: "end" },
      ],
      rows: points.map(({ value, result }) => {
        const { meanFirstPassageTime: t, reference } = result;
        const predictedTime = reference === null ? null : result.theory[reference].time;
        return [
          formatNumber(value),
          estimateText(t),
          predictedTime === null ? "–" : formatNumber(predictedTime),
          predictedTime === null || t.value === null ? "–" : (t.value / predictedTime).toFixed(3),
          String(t.censored),
        ];
      }),
    },
    ...(fits.length === 0
      ? []
      : [
          {
            kind: "table" as const,
            columns: [
              { label: "ln τ as a line in" },
              { label: "slope", align: "end" as const },
              { label: "χ²", align: "end" as const },
              { label: "ΔAIC", align: "end" as const },
            ],
            rows: fits.map((f) => [
              f.abscissa,
              slopeText(f.slope),
              `${formatNumber(f.chiSquare)} on ${f.degrees}`,
              formatNumber(f.deltaAic),
            ]),
            caption:
              "Rivals for the abscissa. A ΔAIC above 6 speaks clearly against one; R² would tell none apart.",
          },
        ]),
  ];
  return { id: "sweep", title: `ln τ against ${name}`, blocks };
}

const slopeText = ({ value, low, high }: Estimate): string =>
  formatPlusMinus(value, (high - low) / 2);
