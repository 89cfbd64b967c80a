import type { Context } from "./context.ts";
import type { FigureData, Measurements } from "./result.ts";

/** What a measurement adds to the result. */
export interface Part {
  readonly measurements?: Partial<Measurements>;
  readonly figures?: Partial<FigureData>;
}

export interface Cost {
  /** Products with a data-wide matrix, about; passes over the data and batches as what they take of one. */
  readonly products: number;
  /** Besides, products of vectors that go together in one call. */
  readonly blocked?: number;
  /** What else it takes once, functions to compile above all, as multiples of making the Hessian ready; default 1. */
  readonly setups?: number;
  /** Vectors of the parameters' size that are held at once. */
  readonly vectors: number;
}

/** One thing `--measure` can name. A record; the registry lists them in the order they run. */
export interface Measurement {
  /** As typed, without `:K`. */
  readonly name: string;
  /** What may stand behind the colon: a count, one of the words, or nothing. */
  readonly argument?: "count" | readonly string[];
  /** Where no argument is given. */
  readonly fallback?: number;
  /** What is said of it in a sentence that begins with its name. */
  readonly about: string;
  /** Sources. */
  readonly citations?: readonly string[];
  cost(context: Context, argument: Argument): Cost;
  run(context: Context, argument: Argument, signal?: AbortSignal): Promise<Part>;
}

export type Argument = number | string | undefined;
