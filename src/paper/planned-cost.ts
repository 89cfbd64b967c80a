import { type PlannedSets, planSets, type Question } from "./found.ts";
import { claimsAt, type Paper } from "./paper.ts";
import { distinctWorks } from "./works.ts";

/** Planned cost of all works, each once: seconds on one core, about. */
export const plannedCost = ({ works }: Pick<PlannedSets, "works">): number =>
  distinctWorks(works.flat(2)).reduce((sum, { cost }) => sum + cost, 0);

/** A claim, and its part of what its experiment is planned to cost. */
export interface ClaimCost {
  readonly id: string;
  readonly experiment: string;
  readonly cost: number;
}

/** The claims of a paper at a scale by rising cost under one seed, that of an experiment shared by its claims. */
export function claimCosts(paper: Paper, seed: string, question: Question): ClaimCost[] {
  const { chosen, works } = planSets(paper, [[seed]], question);
  return chosen
    .flatMap((experiment, i) => {
      const ids = claimsAt(experiment, question.scale);
      const cost = plannedCost({ works: [[works[0][i]]] }) / ids.length;
      return ids.map((id) => ({ id, experiment: experiment.id, cost }));
    })
    .sort((a, b) => a.cost - b.cost);
}
