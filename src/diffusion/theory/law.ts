import type { Convention } from "./convention.ts";

/**
 * Where a walk is counted as out. `saddle`: on first touching the surface through the saddle, from
 * which half of all walks fall back, so that the time is half of the one to `beyond`: anywhere past
 * the saddle from which return is unlikely, such as the next minimum.
 */
export type ExitSurface = "saddle" | "beyond";

/** What a theory says of a mean escape time, and on which conditions. */
export interface EscapeLaw {
  /** Kebab-case, as tables and JSON take it. */
  readonly name: string;
  readonly formula: string;
  /** Paper and equation, or how it was derived. */
  readonly source: string;
  readonly exitSurface: ExitSurface;
  /** `any` where the diffusion is constant. */
  readonly convention: Convention | "any";
  /** Whether the law's own conditions hold for the case given; the number is there either way. */
  readonly applies: boolean;
  /** The condition that decides, with its value. */
  readonly why: string;
  /** ln τ. */
  readonly logTime: number;
  /** τ in the time of the equation (steps × η for SGD); Infinity where e^logTime overflows. */
  readonly time: number;
}

/** A condition of a law: holds or not, and its sentence. */
export interface Condition {
  readonly holds: boolean;
  readonly sentence: string;
}

/** A law with its time from ln τ to `beyond`, and its verdict from the first condition that fails. */
export function law(
  facts: Pick<EscapeLaw, "name" | "formula" | "source" | "exitSurface" | "convention">,
  logTimeBeyond: number,
  conditions: readonly [Condition, ...Condition[]],
): EscapeLaw {
  const failed = conditions.find(({ holds }) => !holds);
  const logTime = logTimeBeyond - (facts.exitSurface === "saddle" ? Math.LN2 : 0);
  return {
    ...facts,
    applies: failed === undefined,
    why: (failed ?? conditions[0]).sentence,
    logTime,
    time: Math.exp(logTime),
  };
}

/** Barriers below this many units of noise are not rare events: the corrections pass about 10 %. */
const RARE = 5;

/** The exponent must be large: escapes must be rare. */
export function rare(exponent: number, what: string): Condition {
  const holds = exponent >= RARE;
  return {
    holds,
    sentence: `${what} is ${exponent.toPrecision(3)}, ${holds ? "at least" : "below"} ${RARE}: escapes are ${holds ? "rare" : "not rare"}`,
  };
}

/** Refuse what must be positive and finite. */
export function requirePositive(what: string, value: number): void {
  if (!(value > 0 && value < Infinity))
    throw new RangeError(`${what} must be positive and finite, got ${value}`);
}
