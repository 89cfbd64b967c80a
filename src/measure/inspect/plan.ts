import { nearestWord } from "../../numeric/index.ts";
import type { Argument, Measurement } from "./measurement.ts";

/** What `--measure` asked for, in the order of the registry. */
export interface Plan {
  readonly steps: readonly PlanStep[];
  /** Eigenpairs of the Hessian that the steps need in all. */
  readonly hessianPairs: { readonly top: number; readonly bottom: number };
  /** Whether data for figures that cost extra are made too. */
  readonly figures: boolean;
}

export interface PlanStep {
  readonly measurement: Measurement;
  readonly argument: Argument;
  /** As it would be typed. */
  readonly label: string;
}

/** What is measured where nothing is asked for. */
export const usualMeasures =
  "loss,gradient,hessian.top,hessian.bottom,hessian.trace,covariance.trace,alignment,noise-scale,batch-sharpness,gni,thresholds";

/** How many of an eigenspace's first vectors other measurements look at. */
const pairsNeededBy: Readonly<Record<string, number>> = {
  alignment: 1,
  thresholds: 1,
  landscape: 2,
};

/**
 * The plan of a list such as `hessian.top:3,alignment`, or `all`.
 *
 * @throws RangeError for a name or an argument that is not one, naming the nearest.
 */
export function planOf(
  list: string,
  registry: readonly Measurement[],
  { figures = false }: { readonly figures?: boolean } = {},
): Plan {
  const names = registry.map(({ name }) => name);
  const wanted = new Map<string, Argument[]>();
  const items = list
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  if (items.length === 0) throw new RangeError("--measure must name a measurement, got none");
  let everything = false;
  for (const item of items) {
    if (item === "all") {
      everything = true;
      for (const { name, argument } of registry)
        for (const word of Array.isArray(argument) ? (argument as readonly string[]) : [undefined])
          add(wanted, name, word);
      continue;
    }
    const [name, text, ...more] = item.split(":");
    const measurement = registry.find((own) => own.name === name);
    if (measurement === undefined) {
      const near = nearestWord(name, [...names, "all"]);
      throw new RangeError(
        `--measure takes ${registry.map(spelled).join(", ")} or all, got "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}`,
      );
    }
    add(wanted, name, argumentOf(measurement, text, more.length > 0 ? item : undefined));
  }
  const steps = registry.flatMap((measurement) =>
    distinct(wanted.get(measurement.name) ?? []).map((argument) => ({
      measurement,
      argument: argument ?? measurement.fallback,
      label: argument === undefined ? measurement.name : `${measurement.name}:${argument}`,
    })),
  );
  const count = (name: string) =>
    Math.max(
      0,
      ...steps
        .filter(({ measurement }) => measurement.name === name)
        .map(({ argument }) => Number(argument)),
    );
  const needed = steps.map(({ measurement }) => pairsNeededBy[measurement.name] ?? 0);
  return {
    steps,
    hessianPairs: {
      top: Math.max(count("hessian.top"), ...needed),
      bottom: count("hessian.bottom"),
    },
    figures: figures || everything,
  };
}

function add(wanted: Map<string, Argument[]>, name: string, argument: Argument): void {
  wanted.set(name, [...(wanted.get(name) ?? []), argument]);
}

/** The largest of several counts; words once each. */
function distinct(args: readonly Argument[]): readonly Argument[] {
  const counts = args.filter((argument) => typeof argument === "number");
  if (counts.length > 0) return [Math.max(...counts)];
  return [...new Set(args)];
}

function argumentOf(
  { name, argument }: Measurement,
  text: string | undefined,
  whole: string | undefined,
): Argument {
  if (whole !== undefined)
    throw new RangeError(`--measure takes one argument a name, got "${whole}"`);
  if (text === undefined) return undefined;
  if (argument === undefined)
    throw new RangeError(`--measure ${name} takes no argument, got ":${text}"`);
  if (argument === "count") {
    const count = Number(text);
    if (!/^\d+$/.test(text) || count < 1 || count > 1000)
      throw new RangeError(`--measure ${name} takes a count from 1 to 1000, got ":${text}"`);
    return count;
  }
  if (!argument.includes(text))
    throw new RangeError(`--measure ${name} takes ${argument.join(" or ")}, got ":${text}"`);
  return text;
}

/** `landscape:1d|2d`, `hessian.top:K`, `loss`. */
const spelled = ({ name, argument }: Measurement): string => {
  if (argument === undefined) return name;
  return `${name}:${argument === "count" ? "K" : argument.join("|")}`;
};
