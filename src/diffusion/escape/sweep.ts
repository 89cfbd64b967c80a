// One experiment at several values of a number in it, and what that says of the law of escape.
import {
  compareAbscissae,
  type Estimate,
  extrapolate,
  type Extrapolation,
  fitLine,
  type Rival,
} from "../../statistics/index.ts";
import { nearestName } from "../formula/nearest.ts";
import type { EscapeResult } from "./result.ts";
import type { EscapeSpec } from "./spec.ts";

export const sweepSchema = "thalweg/escape-sweep@1";

export interface Sweep {
  readonly parameter: string;
  readonly values: readonly number[];
}

/** ln τ as a line in some function of the parameter. */
export interface SweepFit {
  /** Such as `1/diffusion`. */
  readonly abscissa: string;
  readonly slope: Estimate;
  readonly intercept: Estimate;
  readonly chiSquare: number;
  readonly degrees: number;
  readonly rSquared: number;
  readonly deltaAic: number;
  readonly weight: number;
}

export interface SweepResult {
  readonly schema: typeof sweepSchema;
  readonly spec: EscapeSpec;
  readonly parameter: string;
  readonly points: readonly { readonly value: number; readonly result: EscapeResult }[];
  /** The abscissa that theory predicts; null where it names none. */
  readonly predicted: string | null;
  /** Slope of ln τ against it, by theory: of the law as noise vanishes, and of the reference at these points. */
  readonly theoreticalSlope: { readonly asymptotic: number | null; readonly reference: number | null }; // prettier-ignore
  /** Best first; none for fewer than three points with a mean. */
  readonly fits: readonly SweepFit[];
  /** ln τ measured against ln τ of the reference theory: slope 1 where it holds. */
  readonly againstTheory: Omit<SweepFit, "deltaAic" | "weight"> | null;
  /** Sweeps of eta for the continuous target: the mean at step 0. */
  readonly extrapolation: {
    readonly fitted: Extrapolation;
    readonly expected: Extrapolation;
  } | null;
  readonly interrupted: boolean;
}

const structural = ["walkers", "dimension"];

/** The numbers that a spec may be swept over. */
function sweepable(spec: EscapeSpec, potentialParameters: readonly string[]): string[] {
  const numbers = (record: object) =>
    Object.entries(record).flatMap(([name, value]) => (typeof value === "number" ? [name] : []));
  return [
    "eta",
    ...numbers(spec.noise),
    ...numbers(spec.scheme),
    ...potentialParameters.filter((name) => name !== "eta"),
  ];
}

/**
 * The spec with one number changed: eta, an option of the noise or the scheme, a parameter of the landscape.
 *
 * @throws RangeError for a name that is none of these, with the nearest.
 */
export function withValue(
  spec: EscapeSpec,
  name: string,
  value: number,
  potentialParameters: readonly string[],
): EscapeSpec {
  const known = sweepable(spec, potentialParameters);
  if (!known.includes(name))
    throw new RangeError(
      structural.includes(name)
        ? `a sweep is over a number of the process, got ${name}: one of ${known.join(", ")}`
        : `a sweep must be over one of ${known.join(", ")}, got ${name}${nearestName(name, known)}`,
    );
  if (name === "eta") {
    const { horizon, ...rest } = spec;
    const steps = horizon === undefined ? {} : { horizon: Math.ceil((horizon * spec.eta) / value) };
    return { ...rest, ...steps, eta: value };
  }
  if (name in spec.noise) return { ...spec, noise: { ...spec.noise, [name]: value } };
  if (name in spec.scheme) return { ...spec, scheme: { ...spec.scheme, [name]: value } };
  return { ...spec, parameters: { ...spec.parameters, [name]: value } };
}

/** What the points of a sweep say together. */
export function sweepResult(
  spec: EscapeSpec,
  parameter: string,
  points: SweepResult["points"],
  interrupted: boolean,
): SweepResult {
  const known = points.filter(({ result: { steps } }) => steps.value !== null && steps.stderr! > 0);
  const p = known.map(({ value }) => value);
  const logTimes = known.map(({ result }) => Math.log(result.meanFirstPassageTime.value!));
  const sigma = known.map(({ result: { steps } }) => steps.stderr! / steps.value!);
  const enough = new Set(p).size >= 3;
  const options = { seed: spec.seed, sigma };
  const rivals: Record<string, readonly number[]> = {
    [parameter]: p,
    ...(p.every((value) => value !== 0) ? { [`1/${parameter}`]: p.map((value) => 1 / value) } : {}),
    ...(p.every((value) => value > 0)
      ? { [`log ${parameter}`]: p.map((value) => Math.log(value)) }
      : {}),
  };
  const fits =
    enough && Object.keys(rivals).length >= 2
      ? compareAbscissae(rivals, logTimes, options).map(fitOf)
      : [];
  const predicted = predictedAbscissa(spec, parameter);
  const theory = known.map(({ result }) =>
    result.reference === null ? null : result.theory[result.reference].logTime,
  );
  const whole = enough && theory.every((value) => value !== null);
  const abscissa = predicted === null ? undefined : rivals[predicted];
  return {
    schema: sweepSchema,
    spec,
    parameter,
    points,
    predicted,
    theoreticalSlope: {
      asymptotic: asymptoticSlope(points, predicted),
      reference:
        whole && abscissa !== undefined ? fitLine(abscissa, theory, options).slope.value : null,
    },
    fits,
    againstTheory:
      whole && new Set(theory).size >= 3
        ? withoutRank(fitOf({ name: "ln τ of theory", line: fitLine(theory, logTimes, options), deltaAic: 0, weight: 1 })) // prettier-ignore
        : null,
    extrapolation:
      parameter === "eta" && enough && spec.target === "continuous"
        ? extrapolations(spec, known)
        : null,
    interrupted,
  };
}

function extrapolations(spec: EscapeSpec, points: SweepResult["points"]) {
  const steps = points.map(({ value }) => value);
  const times = points.map(({ result }) => result.meanFirstPassageTime.value!);
  const sigma = points.map(({ result }) => result.meanFirstPassageTime.stderr!);
  const bridged = points.every(({ result }) => result.exit.bridged);
  return {
    fitted: extrapolate(steps, times, { seed: spec.seed, sigma }),
    expected: extrapolate(steps, times, { seed: spec.seed, sigma, order: bridged ? 1 : 0.5 }),
  };
}

/** ln τ is ΔL/D under white noise, and 2B·s/η under the Hessian's. */
function predictedAbscissa({ noise }: EscapeSpec, parameter: string): string | null {
  if (noise.kind === "constant" && parameter === "diffusion" && typeof noise.diffusion === "number")
    return "1/diffusion";
  if (noise.kind === "hessian" || noise.kind === "sgd") {
    if (parameter === "batchSize") return "batchSize";
    if (parameter === "eta") return "1/eta";
    if (parameter === "variance") return "1/variance";
  }
  return null;
}

/** The barrier, where the abscissa is 1/D. */
function asymptoticSlope(points: SweepResult["points"], predicted: string | null): number | null {
  if (predicted !== "1/diffusion" || points.length === 0) return null;
  const { minimum, saddles } = points[0].result.landscape;
  if (minimum === null || saddles.length === 0) return null;
  return Math.min(...saddles.map(({ value }) => value)) - minimum.value;
}

function fitOf({ name, line, deltaAic, weight }: Rival): SweepFit {
  const { slope, intercept, chiSquare, degrees, rSquared } = line;
  return { abscissa: name, slope, intercept, chiSquare, degrees, rSquared, deltaAic, weight };
}

function withoutRank({ abscissa, slope, intercept, chiSquare, degrees, rSquared }: SweepFit) {
  return { abscissa, slope, intercept, chiSquare, degrees, rSquared };
}
