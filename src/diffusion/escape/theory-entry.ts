/** What a theory says of the mean first-passage time. */
export interface TheoryEntry {
  readonly name: string;
  readonly formula: string;
  readonly source: string;
  /** Whether its conditions hold; the number may be there either way. */
  readonly applies: boolean;
  /** The condition that decides. */
  readonly why: string;
  /** In the time of the equation; null where it gives none. */
  readonly time: number | null;
  /** time/η. */
  readonly steps: number | null;
  /** ln τ; null as the time. */
  readonly logTime: number | null;
  /** Of numbers found by a method with an error that it knows. */
  readonly error?: number;
  readonly exitSurface?: "saddle" | "beyond";
  readonly convention?: string;
}

/** A row of the table from ln τ. */
export function entry(
  { name, formula, source }: Pick<TheoryEntry, "name" | "formula" | "source">,
  eta: number,
  {
    logTime,
    ...rest
  }: Pick<TheoryEntry, "applies" | "why" | "error" | "exitSurface" | "convention"> & {
    readonly logTime: number | undefined;
  },
): TheoryEntry {
  const known = logTime !== undefined && Number.isFinite(logTime);
  const time = known ? Math.exp(logTime) : Infinity;
  const finite = known && Number.isFinite(time);
  return {
    name,
    formula,
    source,
    ...rest,
    time: finite ? time : null,
    steps: finite ? time / eta : null,
    logTime: known ? logTime : null,
  };
}
