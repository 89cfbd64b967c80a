// What `thalweg escape` says: the experiment, its plan, what came of it.
import type {
  EscapeEstimate,
  EscapeProblem,
  EscapeResult,
  SweepResult,
} from "../../diffusion/index.ts";
import type { EscapePlan } from "../../run/index.ts";
import type { Estimate } from "../../statistics/index.ts";
import { duration, grouped, short } from "../output.ts";
import { table } from "../table.ts";

export function experimentWords(problem: EscapeProblem): string[] {
  const { spec, potential, noise, scheme, exit, process } = problem;
  const named = { ...potential.parameters, ...noise.parameters, ...scheme.parameters };
  const values = Object.entries(named).map(([name, value]) => `${name} = ${short(value)}`);
  const seen =
    spec.target === "discrete"
      ? "at the steps, which are the process"
      : process.bridged
        ? "between the steps too"
        : "at the steps only";
  return [
    `V = ${printable(potential.formula)}; ${noise.name} noise, ${printable(noise.formula)}${values.length > 0 ? `; ${values.join(", ")}` : ""}`,
    `${scheme.name}, ${spec.convention}, steps of ${short(spec.eta)}; from (${spec.start.join(", ")}) until ${printable(spec.exit)}, watched ${seen} (${exit.kind})`,
  ];
}

export function planWords(
  { problem, horizon, stepsEach, seconds, processes }: EscapePlan,
  value: string | undefined,
): string {
  const { walkers, eta } = problem.spec;
  return `${value === undefined ? "" : `${value}: `}${grouped(walkers)} walkers of some ${grouped(Math.round(stepsEach))} steps, given up after ${grouped(horizon)} (time ${short(horizon * eta)}); about ${duration(1000 * seconds)} on ${processes} ${processes === 1 ? "process" : "processes"}`;
}

export function resultWords(result: EscapeResult): string[] {
  const { notes, throughput } = result;
  return [
    "",
    `mean first-passage time  ${estimateWords(result.meanFirstPassageTime)}`,
    `in steps                 ${estimateWords(result.steps)}`,
    statisticsWords(result),
    ...theoryWords(result),
    "",
    ...notes.map((note) => `note: ${note}`),
    `${grouped(Math.round(throughput.particleSteps))} particle-steps in ${duration(1000 * throughput.seconds)}: ${short(throughput.particleStepsPerSecond / 1e6)} M a second on ${throughput.processes} ${throughput.processes === 1 ? "process" : "processes"}`,
  ];
}

/** How many walkers, by what method, and whether their times look exponential. */
export function statisticsWords({
  meanFirstPassageTime: time,
  exponential,
}: Pick<EscapeResult, "meanFirstPassageTime" | "exponential">): string {
  const fit =
    exponential === null
      ? ""
      : `; exponential: p = ${short(exponential.pValue)} (${exponential.method}, ${exponential.cells} spans)`;
  return `${grouped(time.samples)} walkers, ${grouped(time.censored)} censored; ${time.method}${fit}`;
}

/** Every theory beside the measurement, after an empty line; nothing where there is none. */
export function theoryWords({
  theory,
  meanFirstPassageTime: time,
}: Pick<EscapeResult, "theory" | "meanFirstPassageTime">): string[] {
  const rows = Object.values(theory).map((entry) => [
    entry.name,
    maybe(entry.time),
    entry.steps === null ? "–" : grouped(Math.round(entry.steps)),
    entry.time === null || time.value === null ? "–" : (time.value / entry.time).toFixed(3),
    entry.applies ? "yes" : "no",
    entry.why,
  ]);
  if (rows.length === 0) return [];
  const numbers = ["time", "steps", "measured/theory"];
  return ["", ...table(["theory", ...numbers, "applies", "why"], rows, numbers)];
}

export function sweepWords(sweep: SweepResult): string[] {
  const { parameter, points, fits, predicted, theoreticalSlope, againstTheory } = sweep;
  const rows = points.map(({ value, result }) => {
    const { meanFirstPassageTime: time, reference } = result;
    const theory = reference === null ? undefined : result.theory[reference];
    return [
      short(value),
      estimateWords(time),
      grouped(time.censored),
      maybe(theory?.time ?? null),
      theory?.name ?? "–",
    ];
  });
  const lines = [
    "",
    ...table([parameter, "mean first-passage time", "censored", "theory", "by"], rows, [
      parameter,
      "censored",
      "theory",
    ]),
  ];
  if (fits.length > 0) {
    const slopes = fits.map(({ abscissa, slope, rSquared, deltaAic }) => [
      abscissa === predicted ? `${abscissa} (predicted)` : abscissa,
      lineWords(slope),
      rSquared.toFixed(4),
      short(deltaAic),
    ]);
    lines.push("", ...table(["ln τ against", "slope", "R²", "ΔAIC"], slopes, ["R²", "ΔAIC"]));
  }
  const { asymptotic, reference } = theoreticalSlope;
  if (asymptotic !== null || reference !== null)
    lines.push(
      `slope by theory: ${[asymptotic === null ? "" : `${short(asymptotic)} as noise vanishes`, reference === null ? "" : `${short(reference)} at these points`].filter(Boolean).join(", ")}`,
    );
  if (againstTheory !== null)
    lines.push(
      `ln τ measured against theory: slope ${lineWords(againstTheory.slope)}, χ² ${short(againstTheory.chiSquare)} of ${againstTheory.degrees} degrees`,
    );
  if (sweep.extrapolation !== null) {
    const { fitted, expected } = sweep.extrapolation;
    const order = fitted.order;
    lines.push(
      `at step 0: ${lineWords(expected.value)} with the order ${typeof expected.order === "number" ? short(expected.order) : lineWords(expected.order)} (χ² ${short(expected.chiSquare)} of ${expected.degrees} degrees); ${lineWords(fitted.value)} with the fitted order ${typeof order === "number" ? short(order) : lineWords(order)}`,
    );
  }
  const notes = new Set(points.flatMap(({ result }) => result.notes));
  return [...lines, "", ...[...notes].map((note) => `note: ${note}`)];
}

export function estimateWords({ value, stderr, low, high, level }: EscapeEstimate): string {
  if (value === null) return `more than ${short(low)} (${100 * level} %)`;
  return `${short(value)} ± ${short2(stderr ?? Infinity)} (${100 * level} %: ${short(low)} … ${high === null ? "∞" : short(high)})`;
}

const lineWords = ({ value, stderr }: Estimate) => `${short(value)} ± ${short2(stderr)}`;

/** Two significant digits. */
const short2 = (value: number) =>
  Number.isFinite(value) ? String(Number(value.toPrecision(2))) : "∞";

const maybe = (value: number | null) => (value === null ? "–" : short(value));

/** A formula on one line and not endless. */
export const printable = (text: string) => {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, " ");
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
};
