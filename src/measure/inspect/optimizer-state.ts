import { DataError, type NdArray } from "../../data/index.ts";
import { optimiser, type OptimiserSpec } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { asParameter, storedName, transposeHint } from "./stored-name.ts";

/** What an optimiser remembers: a flat vector for each of its slots, and the steps it has taken. */
export interface OptimizerState {
  readonly slots: readonly FloatArray[];
  readonly steps: number;
}

export interface OptimizerStateOptions {
  /** For the messages. */
  readonly file?: string;
  /** Free text of the file, where the number of steps may stand. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Names in the model to names in the state. */
  readonly names?: ReadonlyMap<string, string>;
}

/** Names of a slot in PyTorch's `state_dict`, and our own. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  mean: ["exp_avg", "mean"],
  square: ["exp_avg_sq", "square_avg", "square"],
  velocity: ["momentum_buffer", "velocity"],
};

/** Where the slot `s` of a parameter `p` may be found. */
const places = (p: string, s: string) =>
  [`state.${p}.${s}`, `${p}.${s}`, `${s}.${p}`, `state/${p}/${s}`, `${p}/${s}`, `${s}/${p}`]; // prettier-ignore

/**
 * The state of an optimiser from named arrays: for a parameter p `state.p.exp_avg_sq`, `p.exp_avg_sq`,
 * `exp_avg_sq.p` or the same with slashes; `exp_avg`, `exp_avg_sq` and a step for Adam, `square_avg`
 * for RMSProp, `momentum_buffer` for momentum. `step` stands alone, in the metadata, or for each
 * parameter, where all must agree. Slots come in the optimiser's order, parameters in that of the list.
 *
 * @throws DataError naming the tensor that is missing, has another shape or is not finite.
 */
export function optimizerState(
  arrays: ReadonlyMap<string, NdArray>,
  spec: OptimiserSpec,
  parameters: readonly { readonly name: string; readonly shape: readonly number[] }[],
  { file = "optimizer state", metadata = {}, names = new Map() }: OptimizerStateOptions = {},
): OptimizerState {
  const { slots } = optimiser(spec);
  const flat = slots.map((slot) => {
    const own = parameters.map(({ name, shape }) => {
      const stored = storedName(name, names);
      const tried = aliases[slot].flatMap((alias) => places(stored.name, alias));
      const key = tried.find((place) => arrays.has(place));
      if (key === undefined)
        throw new DataError(
          `${file}: must hold ${tried[0]} for ${spec.kind}, got ${[...arrays.keys()].slice(0, 6).join(", ")}`,
        );
      const { data, shape: found } = asParameter(arrays.get(key)!, stored);
      if (found.join() !== shape.join())
        throw new DataError(
          `${file}: ${key} must be [${shape.join(", ")}], got [${found.join(", ")}]${transposeHint(stored, found, shape)}`,
        );
      const values = Float64Array.from(data as Float64Array, Number);
      const bad = values.findIndex((x) => !Number.isFinite(x) || (slot === "square" && x < 0));
      if (bad >= 0)
        throw new DataError(
          `${file}: ${key} must be finite${slot === "square" ? " and not negative" : ""}, got ${values[bad]} at ${bad}`,
        );
      return values;
    });
    const whole = new Float64Array(own.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of own) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  });
  return { slots: flat, steps: stepsOf(arrays, spec, parameters.map(({ name }) => storedName(name, names).name), metadata, file) }; // prettier-ignore
}

/** Whether arrays hold the state of this optimiser after a step at least; names as in `optimizerState`. */
export function holdsOptimizerState(
  arrays: ReadonlyMap<string, NdArray>,
  spec: OptimiserSpec,
  parameters: readonly { readonly name: string }[],
  { metadata = {}, names = new Map() }: OptimizerStateOptions = {},
): boolean {
  const { slots } = optimiser(spec);
  const first = storedName(parameters[0].name, names).name;
  const held = (slot: string) =>
    aliases[slot].some((alias) => places(first, alias).some((place) => arrays.has(place)));
  return slots.length > 0 && slots.every(held) && metadata.step !== "0";
}

/** Bias correction needs the number of steps; the other rules do not. */
function stepsOf(
  arrays: ReadonlyMap<string, NdArray>,
  { kind }: OptimiserSpec,
  parameters: readonly string[],
  metadata: Readonly<Record<string, string>>,
  file: string,
): number {
  const found = new Set<number>();
  for (const place of ["step", ...parameters.flatMap((p) => places(p, "step"))]) {
    const array = arrays.get(place);
    if (array) found.add(Number(array.data[0]));
  }
  if (found.size === 0 && metadata.step !== undefined) found.add(Number(metadata.step));
  if (found.size > 1)
    throw new DataError(
      `${file}: all parameters must have taken the same number of steps, got ${[...found].slice(0, 4).join(", ")}`,
    );
  const [steps] = found;
  const corrects = kind === "adam" || kind === "adamw";
  if (steps === undefined) {
    if (corrects)
      throw new DataError(`${file}: must hold step, the number of steps that ${kind} has taken`);
    return 0;
  }
  if (!(Number.isSafeInteger(steps) && steps >= (corrects ? 1 : 0)))
    throw new DataError(`${file}: step must be a whole number from ${corrects ? 1 : 0}, got ${steps}`); // prettier-ignore
  return steps;
}
