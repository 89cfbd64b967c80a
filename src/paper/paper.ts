import type { Block, Citation, ClaimVerdict, Paragraph, Section } from "../report/index.ts";
import type { Json, TaskTable } from "../run/index.ts";
import type { FrozenBand } from "./claim.ts";

/**
 * `smoke`: seconds, runs every part and decides nothing. `quick`: minutes, on shipped data. `standard`: up
 * to 90 minutes on two cores. `paper`: the paper's own sizes.
 */
export type ScaleName = "smoke" | "quick" | "standard" | "paper";

/** What a plan is made for. */
export interface Plan {
  readonly scale: ScaleName;
  readonly seeds: readonly string[];
  readonly dataDir?: string;
}

/**
 * Work of an experiment: a registered task and its input, which holds everything that the result depends
 * on. Equal tasks of several experiments are done once.
 */
export interface Work {
  readonly task: string;
  readonly input: Json;
  /** For messages: `black noise, D = 5, seed 11`. */
  readonly label: string;
  /** Relative computing time, for progress: seconds on one core of a laptop, about. */
  readonly cost: number;
}

/** What an experiment found. */
export interface Finding {
  readonly claims: readonly ClaimVerdict[];
  /** Figures on the paper's own axes with theory and controls, tables, words. */
  readonly blocks: readonly Block[];
  /** Sections of their own after that of `blocks`, where one would be too long. */
  readonly sections?: readonly Section[];
  /** What was measured, in a sentence for the page's beginning. */
  readonly headline?: string;
  /** What nobody would have guessed, one sentence each. */
  readonly surprises?: readonly Paragraph[];
}

/** One experiment of a paper, which decides some of its claims. A record a file. */
export interface Experiment {
  /** `white-noise`; the ids of its claims begin with it or are listed. */
  readonly id: string;
  readonly title: string;
  /** Ids of the claims it decides at every scale, as `--claims` takes them. */
  readonly claims: readonly string[];
  /** Ids of what it decides at a scale beyond those, of a second network for one. */
  readonly further?: (scale: ScaleName) => readonly string[];
  /** Nothing where the scale does not have it. */
  readonly plan: (plan: Plan) => readonly Work[];
  /** From the results in the order of the plan. */
  readonly judge: (results: readonly Json[], plan: Plan) => Finding;
}

/** A paper: what it claims, and the experiments that decide it. */
export interface Paper {
  /** Kebab-case: the word on the command line, and the prefix of its claims and tasks. */
  readonly id: string;
  readonly title: string;
  readonly authors: string;
  readonly year: number;
  /** What it says, in a paragraph or two. */
  readonly lead: readonly Paragraph[];
  readonly experiments: readonly Experiment[];
  readonly tasks: TaskTable;
  /** Where the bands stand, and every band that ever changed: what, when, from, to, why. */
  readonly bands: {
    readonly file: string;
    readonly values: Readonly<Record<string, FrozenBand>>;
    readonly changes: readonly string[];
  };
  readonly seeds: Readonly<Record<ScaleName, readonly string[]>>;
  /** The seed that bands and sizes were fitted with; verdicts never use it. */
  readonly pilotSeed: string;
  readonly citations: readonly Citation[];
}

/** Ids of all that an experiment decides at a scale, in the order of its verdicts. */
export const claimsAt = ({ claims, further }: Experiment, scale: ScaleName): readonly string[] => [
  ...claims,
  ...(further?.(scale) ?? []),
];
