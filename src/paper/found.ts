import type { ClaimVerdict } from "../report/index.ts";
import type { Host } from "../run/index.ts";
import { claimsAt, type Experiment, type Finding, type Paper, type Plan, type ScaleName, type Work } from "./paper.ts"; // prettier-ignore
import { doWorks, type ResultCache } from "./works.ts";

/** What is asked of a paper's experiments. */
export interface Question {
  readonly scale: ScaleName;
  /** Ids of claims, or of experiments; default: all. */
  readonly claims?: readonly string[];
  readonly dataDir?: string;
}

/** What one experiment found, and those of its verdicts that were asked for. */
export interface Found {
  readonly experiment: Experiment;
  readonly finding: Finding;
  readonly claims: readonly ClaimVerdict[];
}

/** The works of the experiments that were asked for, by set of seeds and experiment. */
export interface PlannedSets {
  readonly chosen: readonly Experiment[];
  readonly plans: readonly Plan[];
  /** [set][experiment][work] */
  readonly works: readonly (readonly (readonly Work[])[])[];
}

/**
 * Plan the experiments that decide the claims, of those that decide any at this scale, once for each set of seeds.
 *
 * @throws RangeError for a claim that the paper does not have at this scale, and for seeds among which is the
 * pilots'.
 */
export function planSets(
  paper: Paper,
  sets: readonly (readonly string[])[],
  { scale, claims, dataDir }: Question,
): PlannedSets {
  if (sets.some((seeds) => seeds.includes(paper.pilotSeed)))
    throw new RangeError(
      `seed ${paper.pilotSeed} fitted the bands of ${paper.id}: verdicts must not use it`,
    );
  const plans = sets.map((seeds) => ({ scale, seeds, ...(dataDir !== undefined && { dataDir }) }));
  const chosen = experimentsOf(paper, scale, claims);
  return { chosen, plans, works: plans.map((plan) => chosen.map((one) => one.plan(plan))) };
}

/**
 * Do the work of a paper's experiments on the pool and judge it under each set of seeds: all work in one go,
 * and none twice, in one set or in several. `seconds` of computing on one core stand behind it.
 */
export async function findSets(
  host: Host,
  paper: Paper,
  sets: readonly (readonly string[])[],
  question: Question & { readonly known?: ResultCache },
): Promise<{ readonly found: readonly (readonly Found[])[]; readonly seconds: number }> {
  const { chosen, plans, works } = planSets(paper, sets, question);
  const { of, seconds } = await doWorks(host, works.flat(2), question.known);
  const wanted = ({ id }: ClaimVerdict, experiment: Experiment) =>
    question.claims === undefined ||
    question.claims.includes(id) ||
    question.claims.includes(experiment.id);
  const found = plans.map((plan, set) =>
    chosen.map((experiment, i) => {
      const finding = experiment.judge(works[set][i].map(of), plan);
      return {
        experiment,
        finding,
        claims: finding.claims.filter((claim) => wanted(claim, experiment)),
      };
    }),
  );
  return { found, seconds };
}

function experimentsOf(
  { id: word, experiments }: Paper,
  scale: ScaleName,
  claims: readonly string[] | undefined,
): readonly Experiment[] {
  const here = experiments.filter((experiment) => claimsAt(experiment, scale).length > 0);
  if (claims === undefined) return here;
  const idsOf = (experiment: Experiment) => [experiment.id, ...claimsAt(experiment, scale)];
  const known = here.flatMap(idsOf);
  const unknown = claims.find((claim) => !known.includes(claim));
  if (unknown !== undefined)
    throw new RangeError(
      `a claim of ${word} at ${scale} must be one of ${known.join(", ")}, got ${unknown}`,
    );
  return here.filter((experiment) => idsOf(experiment).some((id) => claims.includes(id)));
}
