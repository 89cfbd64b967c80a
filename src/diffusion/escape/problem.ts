// From a spec to a process that runs, and to the same landscape and noise as functions of the host.
import { add, div, grad, mul, scalar, simplify, type Tensor } from "../../graph/index.ts";
import { philox, scalarFunction, xoshiro128 } from "../../kernel/index.ts";
import { stream } from "../../random/index.ts";
import { FormulaError } from "../formula/error.ts";
import { parseFormula } from "../formula/parse-formula.ts";
import { batchNoise } from "../noise/batch.ts";
import { constantNoise } from "../noise/constant.ts";
import { matrixNoise } from "../noise/constant-matrix.ts";
import { type BatchProblem, batchProblem } from "../noise/finite-sum.ts";
import { hessianNoise } from "../noise/hessian-shaped.ts";
import { isotropicNoise } from "../noise/isotropic.ts";
import { landscapeAt } from "../noise/landscape.ts";
import { levyNoise } from "../noise/levy.ts";
import { noNoise } from "../noise/none.ts";
import type { Noise, ScalarField } from "../noise/noise.ts";
import { perturbedSum } from "../noise/perturbed-sum.ts";
import { quadraticNoise } from "../noise/quadratic.ts";
import { sampleCovariance } from "../noise/sample-covariance.ts";
import { catalogueLandscape } from "../potential/catalogue/catalogue.ts";
import type { FiniteSumLandscape } from "../potential/catalogue/finite-sum.ts";
import { formulaPotential } from "../potential/formula.ts";
import type { Potential } from "../potential/potential.ts";
import { type Exit, hasLeft } from "../process/exit.ts";
import { diffusionProcess, type Process } from "../process/process.ts";
import type { Wall } from "../process/wall.ts";
import { baoab } from "../scheme/baoab.ts";
import { eulerMaruyama } from "../scheme/euler-maruyama.ts";
import { stochasticHeun } from "../scheme/heun.ts";
import { milstein } from "../scheme/milstein.ts";
import type { Scheme } from "../scheme/scheme.ts";
import { sgd } from "../scheme/sgd.ts";
import { constants, coordinates, exitOf, wallOf } from "./condition.ts";
import { type EscapeSpec, type NoiseSpec, type SchemeSpec, SpecError } from "./spec.ts";

/** An experiment that has been read and found sound. */
export interface EscapeProblem {
  readonly spec: EscapeSpec;
  readonly potential: Potential;
  readonly noise: Noise;
  readonly scheme: Scheme;
  readonly exit: Exit;
  readonly walls: readonly Wall[];
  readonly process: Process;
  /** In the order of the recursion's parameters. */
  readonly parameters: readonly number[];
  readonly host: HostFunctions;
}

/** The landscape, the noise and the way out as functions of a place. */
export interface HostFunctions {
  readonly value: (x: ArrayLike<number>) => number;
  readonly gradient: (x: ArrayLike<number>) => Float64Array;
  /** D [d, d] of one step; undefined for jumps. */
  readonly diffusion: ((x: ArrayLike<number>) => Float64Array) | undefined;
  readonly hasLeft: (x: ArrayLike<number>) => boolean;
}

/**
 * Read a spec.
 *
 * @throws SpecError for a formula, with its column; for parts that do not fit, for a start of the wrong
 *   dimension, beyond a wall, already out, or where V, its gradient or D is no number.
 */
export function escapeProblem(spec: EscapeSpec): EscapeProblem {
  const landscape = within("potential", () => potentialOf(spec));
  const noise = within("diffusion", () => noiseOf(spec, landscape));
  const potential =
    noise.kind === "batch"
      ? { ...landscape, ...noise.problem.mean, value: landscape.value }
      : landscape;
  return within("process", () => {
    requireStart(spec, potential);
    const walls = within("reflect", () =>
      spec.reflect.map((text) => wallOf(text, potential.dimension)),
    );
    const exit = within("exit", () => exitOf(spec.exit, potential, spec.start));
    const scheme = schemeOf(spec.scheme);
    const { convention, target } = spec;
    const process = diffusionProcess({ potential, noise, scheme, convention, walls, exit, target });
    const parameters = process.defaults.map((value, i) =>
      process.parameterNames[i] === "eta" ? spec.eta : value,
    );
    const host = hostFunctions(potential, noise, exit, spec.eta);
    const problem = { spec, potential, noise, scheme, exit, walls, process, parameters, host };
    requireInside(problem);
    return problem;
  });
}

/** A part's fault as one of the spec; a formula's says which formula it was. */
function within<T>(part: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FormulaError)
      throw new SpecError(`${part}: ${error.message}`, { cause: error });
    if (error instanceof RangeError || error instanceof TypeError)
      throw new SpecError(error.message, { cause: error });
    throw error;
  }
}

/** The generator of a spec. */
export const generatorOf = ({ generator }: EscapeSpec) =>
  generator === "philox4x32-10" ? philox : xoshiro128;

/** State at step 0: the start, velocities 0. */
export function initialState({ spec, process }: EscapeProblem): Float64Array {
  const state = new Float64Array(process.stateSize);
  state.set(spec.start);
  return state;
}

/** Whether crossings between the steps are seen: drawn by the bridge, or none, since only steps count. */
export const seesCrossings = ({ spec, process }: EscapeProblem): boolean =>
  spec.target === "discrete" || process.bridged;

function potentialOf(spec: EscapeSpec): Potential {
  const { potential, parameters, dimension, seed } = spec;
  const size = dimension === undefined ? {} : { dimension };
  const found =
    potential.kind === "formula"
      ? formulaPotential(potential.formula, {
          dimension: dimension ?? Math.max(spec.start.length, 1),
          parameters,
        })
      : catalogueLandscape(potential.name, {
          ...(potential.name in anyDimension
            ? { dimension: dimension ?? spec.start.length }
            : size),
          seed,
        });
  for (const name of Object.keys(parameters))
    if (!Object.hasOwn(found.parameters, name))
      throw new RangeError(
        `${found.name === "formula" ? "the formula" : found.name} has no parameter ${name}, only ${Object.keys(found.parameters).join(", ") || "none"}`,
      );
  return { ...found, parameters: { ...found.parameters, ...parameters } };
}

/** Landscapes whose dimension the start decides. */
const anyDimension: Readonly<Record<string, true>> = {
  "double-well": true,
  "styblinski-tang": true,
  quadratic: true,
  "mexican-hat": true,
};

function noiseOf(spec: EscapeSpec, potential: Potential): Noise {
  const { noise } = spec;
  switch (noise.kind) {
    case "none":
      return noNoise;
    case "constant":
      return typeof noise.diffusion === "number"
        ? constantNoise(noise.diffusion)
        : isotropicNoise(fieldOf(noise.diffusion, potential));
    case "matrix":
      return { ...matrixNoise(noise.matrix), parameters: { diffusion: noise.diffusion } };
    case "hessian":
      return hessianNoise(noise);
    case "quadratic":
      return quadraticNoise(noise);
    case "levy":
      return levyNoise(
        noise.alpha,
        typeof noise.diffusion === "number" ? noise.diffusion : fieldOf(noise.diffusion, potential),
      );
    case "sgd":
      return batchNoise(sumOf(spec, noise, potential), noise);
  }
}

function fieldOf(text: string, { dimension, parameters }: Potential): ScalarField {
  const formula = parseFormula(text, { dimension, names: Object.keys(parameters) });
  return {
    formula: text,
    parameters: Object.fromEntries(formula.names.map((name) => [name, parameters[name]])),
    value: formula.value,
  };
}

/** A landscape of the catalogue that is a mean over samples brings them; any other is perturbed. */
function sumOf(
  { seed }: EscapeSpec,
  { samples, variance, floor }: Extract<NoiseSpec, { kind: "sgd" }>,
  potential: Potential,
): BatchProblem {
  if ("sum" in potential) return batchProblem(potential as FiniteSumLandscape);
  const own = stream(seed, "perturbed-sum");
  return perturbedSum(potential, { samples, variance, floor, stream: own });
}

function schemeOf(spec: SchemeSpec): Scheme {
  switch (spec.kind) {
    case "euler-maruyama":
      return eulerMaruyama;
    case "milstein":
      return milstein;
    case "stochastic-heun":
      return stochasticHeun;
    case "sgd":
      return sgd;
    case "baoab":
      return baoab(spec.friction);
  }
}

function hostFunctions(potential: Potential, noise: Noise, exit: Exit, eta: number): HostFunctions {
  const x = coordinates(potential.dimension);
  const named = constants({ ...potential.parameters, ...noise.parameters });
  const compile = (outputs: readonly Tensor[]) => {
    const f = scalarFunction(x, simplify({ inputs: x, outputs }).outputs);
    const out = new Float64Array(outputs.length);
    return (at: ArrayLike<number>) => {
      f(at, out);
      return out;
    };
  };
  const value = compile([potential.value(x, named)]);
  const gradient = compile(grad((y: readonly Tensor[]) => potential.value(y, named))(x));
  const entries = diffusionGraph(potential, noise, x, named, scalar(eta, "float64"));
  const diffusion = entries && compile(entries);
  const left = compile([hasLeft(exit, x, potential, named)]);
  return {
    value: (at) => value(at)[0],
    gradient: (at) => gradient(at).slice(),
    diffusion: diffusion && ((at) => diffusion(at).slice()),
    hasLeft: (at) => left(at)[0] !== 0,
  };
}

/** D = BBᵀ/2, or (η/2)·Cov(g_B) of real batches; row-major. */
function diffusionGraph(
  potential: Potential,
  noise: Noise,
  x: readonly Tensor[],
  named: Readonly<Record<string, Tensor>>,
  eta: Tensor,
): readonly Tensor[] | undefined {
  const zero = scalar(0, "float64");
  switch (noise.kind) {
    case "levy":
      return undefined;
    case "gaussian": {
      const b = noise.factor(landscapeAt(potential, x, named), named, eta);
      const product = (i: number, j: number) =>
        b[i].map((bik, k) => mul(bik, b[j][k])).reduce((sum, t) => add(sum, t), zero);
      return x.flatMap((_, i) => x.map((__, j) => div(product(i, j), 2)));
    }
    case "batch": {
      const { problem, batchSize, replacement } = noise;
      const { samples } = problem;
      const share = replacement ? 1 / batchSize : (samples - batchSize) / (batchSize * (samples - 1)); // prettier-ignore
      const { covariance } = sampleCovariance(problem, x, named);
      return covariance.flat().map((entry) => mul(mul(entry, eta), share / 2));
    }
  }
}

function requireStart({ start }: EscapeSpec, { dimension, name }: Potential): void {
  if (start.length !== dimension)
    throw new RangeError(
      `start must have ${dimension} ${dimension === 1 ? "coordinate" : "coordinates"}, as ${name === "formula" ? "the formula" : name} has, got ${start.length}`,
    );
}

function requireInside({ spec, host, walls, noise }: EscapeProblem): void {
  const { start } = spec;
  const at = `at the start (${start.join(", ")})`;
  for (const [i, { coordinate, at: wall, keeps }] of walls.entries()) {
    const beyond = keeps === "above" ? start[coordinate] < wall : start[coordinate] > wall;
    if (beyond)
      throw new RangeError(
        `start must lie inside the walls, got (${start.join(", ")}) behind ${spec.reflect[i]}`,
      );
  }
  const v = host.value(start);
  if (!Number.isFinite(v)) throw new RangeError(`V must be a finite number ${at}, got ${v}`);
  const slope = host.gradient(start).find((g) => !Number.isFinite(g));
  if (slope !== undefined)
    throw new RangeError(`the gradient of V must be finite ${at}, got ${slope}`);
  const d = host.diffusion?.(start).find((entry) => !Number.isFinite(entry));
  if (d !== undefined)
    throw new RangeError(
      `diffusion must be a number of at least 0 ${at}, got ${signedDiffusion(noise, start, spec)}`,
    );
  if (host.hasLeft(start))
    throw new RangeError(`exit must not hold at the start, got ${spec.exit} ${at}`);
}

/** D of a formula, which B = √(2D) has lost where it is negative. */
function signedDiffusion(noise: Noise, start: readonly number[], { noise: spec }: EscapeSpec) {
  if (!("diffusion" in spec) || typeof spec.diffusion !== "string") return NaN;
  const x = coordinates(start.length);
  const formula = parseFormula(spec.diffusion, {
    dimension: start.length,
    names: Object.keys(noise.parameters),
  });
  const out = new Float64Array(1);
  scalarFunction(x, [formula.value(x, constants(noise.parameters))])(start, out);
  return out[0];
}
