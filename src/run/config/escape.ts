import { z } from "zod";
import { catalogueNames, type EscapeSpec, type Sweep } from "../../diffusion/index.ts";
import { ConfigError } from "./config-error.ts";
import { count, positive, seed } from "./fields.ts";
import { problemsOf } from "./problems.ts";

const nonnegative = z.number().nonnegative();
const formula = z.string().min(1).max(100_000);
const diffusion = z
  .union([nonnegative, formula])
  .describe("D: a number, or a formula of the coordinates");

const noises = {
  none: z.strictObject({ kind: z.literal("none") }),
  constant: z.strictObject({ kind: z.literal("constant"), diffusion }),
  matrix: z.strictObject({
    kind: z.literal("matrix"),
    matrix: z.array(z.array(z.number())).min(1),
    diffusion: nonnegative.default(1),
  }),
  hessian: z.strictObject({
    kind: z.literal("hessian"),
    batchSize: positive,
    floor: nonnegative.default(1),
  }),
  quadratic: z.strictObject({
    kind: z.literal("quadratic"),
    sigmaG: nonnegative,
    sigmaH: nonnegative,
    rho: z.number().default(0),
    center: z.number().default(0),
  }),
  sgd: z.strictObject({
    kind: z.literal("sgd"),
    batchSize: count,
    replacement: z.boolean().default(true),
    samples: count.default(64),
    variance: positive.default(1),
    floor: nonnegative.default(1),
  }),
  levy: z.strictObject({ kind: z.literal("levy"), alpha: positive.max(2), diffusion }),
} as const;

const plainScheme = <K extends string>(kind: K) => z.strictObject({ kind: z.literal(kind) });

/** An escape experiment as plain JSON. */
export const escapeSpec = z.strictObject({
  potential: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("formula"), formula }),
    z.strictObject({ kind: z.literal("catalogue"), name: z.string().min(1) }),
  ]),
  parameters: z.record(z.string(), z.number()).default({}),
  dimension: count.exactOptional(),
  noise: z.discriminatedUnion("kind", [
    noises.none,
    noises.constant,
    noises.matrix,
    noises.hessian,
    noises.quadratic,
    noises.sgd,
    noises.levy,
  ]),
  convention: z.enum(["ito", "stratonovich", "anti-ito"]).default("ito"),
  scheme: z
    .discriminatedUnion("kind", [
      plainScheme("euler-maruyama"),
      plainScheme("milstein"),
      plainScheme("stochastic-heun"),
      plainScheme("sgd"),
      z.strictObject({ kind: z.literal("baoab"), friction: positive.default(1) }),
    ])
    .default({ kind: "euler-maruyama" }),
  start: z.array(z.number()).min(1).describe("one number a coordinate"),
  exit: formula.describe("a condition of the coordinates, of V, and of r, the distance from the start"), // prettier-ignore
  reflect: z.array(formula).default([]),
  eta: positive.default(0.001).describe("length of a step"),
  walkers: count.default(4000),
  horizon: count.exactOptional().describe("steps after which a walker is given up"),
  precision: z.enum(["f32", "f64"]).default("f32"),
  generator: z.enum(["xoshiro128++", "philox4x32-10"]).default("xoshiro128++"),
  target: z.enum(["continuous", "discrete"]).default("continuous"),
  seed: seed.default("1"),
  draws: z.int().nonnegative().exactOptional().describe("which of the seed's independent draws"),
});

/** What the command line says, text by text. */
export interface EscapeFlags {
  readonly potential?: string | undefined;
  readonly dimension?: string | undefined;
  readonly diffusion?: string | undefined;
  readonly noise?: string | undefined;
  readonly batch?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly start?: string | undefined;
  readonly exit?: string | undefined;
  readonly reflect?: readonly string[] | undefined;
  readonly eta?: string | undefined;
  readonly walkers?: string | undefined;
  /** In the time of the equation. */
  readonly horizon?: string | undefined;
  readonly precision?: string | undefined;
  readonly generator?: string | undefined;
  readonly convention?: string | undefined;
  readonly scheme?: string | undefined;
  readonly target?: string | undefined;
  readonly seed?: string | undefined;
}

/** Flags whose setting has another path in the spec. */
const flagOf: Readonly<Record<string, string>> = {
  "noise.kind": "--noise",
  "noise.diffusion": "--diffusion",
  "noise.batchSize": "--batch",
  "scheme.kind": "--scheme",
  "potential.formula": "--potential",
  "potential.name": "--potential",
};

/**
 * The spec that flags describe.
 *
 * @throws ConfigError with a line for each flag that is wrong: the rule, the value, the nearest name.
 */
export function parseEscape(flags: EscapeFlags): EscapeSpec {
  const raw = rawSpec(flags);
  const parsed = escapeSpec.safeParse(raw);
  if (parsed.success) return parsed.data;
  const lines = problemsOf(escapeSpec, raw, parsed.error.issues).map(({ path, message }) => {
    const dotted = path.map(String).join(".");
    const flag = flagOf[dotted] ?? (path.length === 0 ? undefined : `--${String(path[0])}`);
    if (flag === undefined) return message;
    if (dotted.startsWith("noise.") && flagOf[dotted] === undefined)
      return message.replace(dotted, `--set ${path.slice(1).map(String).join(".")}`);
    return message.replace(dotted, flag);
  });
  throw new ConfigError(lines.join("\n"));
}

function rawSpec(flags: EscapeFlags): Record<string, unknown> {
  const { potential, exit, start, horizon } = flags;
  for (const [flag, value] of [
    ["--potential", potential],
    ["--start", start],
    ["--exit", exit],
  ])
    // prettier-ignore
    if (value === undefined) throw new ConfigError(`${flag} is missing: thalweg escape needs it`);
  const kind = flags.noise ?? "constant";
  const noise: Record<string, unknown> = {
    kind,
    ...(flags.diffusion !== undefined && { diffusion: numberOrText(flags.diffusion) }),
    ...(flags.batch !== undefined && { batchSize: numberOrText(flags.batch) }),
  };
  if ((kind === "constant" || kind === "levy") && flags.diffusion === undefined)
    throw new ConfigError(`--diffusion is missing: ${kind} noise needs it`);
  const scheme: Record<string, unknown> = {
    kind: flags.scheme ?? (kind === "sgd" ? "sgd" : "euler-maruyama"),
  };
  const parameters: Record<string, unknown> = {};
  for (const text of flags.set ?? []) {
    const [, name, value] = /^([A-Za-z][A-Za-z0-9]*)=(.+)$/s.exec(text) ?? [];
    if (name === undefined)
      throw new ConfigError(`--set must be a name and a value, such as floor=2, got "${text}"`);
    const own = Object.hasOwn(noises, kind)
      ? Object.hasOwn(noises[kind as keyof typeof noises].shape, name)
      : false;
    const place = own ? noise : name === "friction" ? scheme : parameters;
    place[name] = jsonOrText(value);
  }
  const discrete = kind === "sgd" || scheme.kind === "sgd";
  const eta = numberOrText(flags.eta ?? "0.001");
  const given = (name: keyof EscapeFlags, convert: (text: string) => unknown) =>
    flags[name] === undefined ? {} : { [name]: convert(flags[name] as string) };
  const text = (value: string) => value;
  return {
    potential: potentialOf(potential!),
    parameters,
    ...given("dimension", numberOrText),
    noise,
    ...given("convention", text),
    scheme,
    start: start!.split(",").map(numberOrText),
    exit,
    reflect: flags.reflect ?? [],
    eta,
    ...given("walkers", numberOrText),
    ...(horizon !== undefined && { horizon: horizonSteps(horizon, eta) }),
    ...given("precision", text),
    ...given("generator", (value) => (value === "philox" ? "philox4x32-10" : value)),
    target: flags.target ?? (discrete ? "discrete" : "continuous"),
    ...given("seed", text),
  };
}

/** A name of the catalogue, or words that can only be meant as one; anything else is a formula. */
function potentialOf(text: string): unknown {
  const named = catalogueNames.includes(text) || /^[a-z]{3,}(-[a-z]+)*$/.test(text);
  return named ? { kind: "catalogue", name: text } : { kind: "formula", formula: text };
}

function horizonSteps(text: string, eta: unknown): unknown {
  const time = numberOrText(text);
  if (typeof time !== "number" || !(time > 0 && time < Infinity))
    throw new ConfigError(`--horizon must be a positive time, got "${text}"`);
  if (typeof eta !== "number" || !(eta > 0)) return 1; // eta is refused in its own words
  const steps = Math.ceil(time / eta);
  if (!Number.isSafeInteger(steps))
    throw new ConfigError(`--horizon must be at most 2^53 steps, got ${time} with steps of ${eta}`);
  return steps;
}

const numberOrText = (text: string): number | string =>
  text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return numberOrText(text);
  }
}

const MOST_POINTS = 100;

/**
 * `diffusion=0.08:0.2:8` (equal steps), `eta=0.001:0.016:5:log` (equal ratios), or `batchSize=2,3,4`.
 *
 * @throws ConfigError with the text and the rule.
 */
export function parseSweep(text: string): Sweep {
  const [, parameter, range] = /^([A-Za-z][A-Za-z0-9]*)=(.+)$/.exec(text) ?? [];
  const wrong = (rule: string) => new ConfigError(`--sweep ${rule}, got "${text}"`);
  if (parameter === undefined)
    throw wrong("must be such as diffusion=0.08:0.2:8, eta=0.001:0.016:5:log or batchSize=2,3,4");
  if (!range.includes(":")) {
    const values = range.split(",").map(Number);
    if (!values.every(Number.isFinite)) throw wrong("must have numbers between its commas");
    if (new Set(values).size !== values.length) throw wrong("must have each value once");
    return { parameter, values: requireFew(values, wrong) };
  }
  const [low, high, points, spacing, ...more] = range.split(":");
  const [a, b, n] = [low, high, points].map(Number);
  if (!(Number.isFinite(a) && Number.isFinite(b) && a !== b))
    throw wrong("must go from one number to another");
  if (!Number.isInteger(n) || n < 2) throw wrong("must have a whole number of points, 2 at least");
  if (more.length > 0 || (spacing !== undefined && spacing !== "log" && spacing !== "linear"))
    throw wrong("may end in :log or :linear and in nothing else");
  if (spacing === "log" && !(a > 0 && b > 0)) throw wrong("must be of positive numbers for :log");
  requireFew({ length: n }, wrong);
  const at = (t: number) => (spacing === "log" ? a * (b / a) ** t : a + (b - a) * t);
  const values = Array.from({ length: n }, (_, i) =>
    i === 0 ? a : i === n - 1 ? b : Number(at(i / (n - 1)).toPrecision(12)),
  );
  return { parameter, values };
}

function requireFew<T extends { readonly length: number }>(
  values: T,
  wrong: (rule: string) => ConfigError,
): T {
  if (values.length > MOST_POINTS) throw wrong(`must have at most ${MOST_POINTS} points`);
  return values;
}
