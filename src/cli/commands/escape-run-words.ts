// What `thalweg escape --run` says: the checkpoint, the plan, what came of it.
import type { ReplicaResult } from "../../diffusion/index.ts";
import type { ReplicaPlan, ReplicaSubject } from "../../run/index.ts";
import { duration, grouped, short } from "../output.ts";
import { estimateWords, printable, statisticsWords, theoryWords } from "./escape-words.ts";

export function subjectWords({ spec, training, lossAtStart }: ReplicaSubject): string[] {
  const { model, samples, loss, optimiser } = training;
  const every = spec.every > 1 ? `, V looked at every ${grouped(spec.every)} steps` : "";
  return [
    `${spec.run} at step ${grouped(spec.at)}: ${model.name} (${grouped(model.parameterCount)} parameters) on ${samples.name}, ${loss.name} ${short(lossAtStart)}`,
    `${optimiser.kind}, learning rate ${short(spec.eta)}, batch ${spec.batchSize}; until ${printable(spec.exit)}${every}`,
  ];
}

export function replicaPlanWords({
  subject,
  horizon,
  stepsEach,
  seconds,
  processes,
  theory,
}: ReplicaPlan): string {
  const { walkers, eta, replicas } = subject.spec;
  const at = theory.checkpoint;
  const place =
    at === null
      ? ""
      : `at the checkpoint λmax ${short(at.sharpness)} (2/η = ${short(at.edge)}), ‖∇L‖ ${short(at.gradientNorm)}, tr C ${short(at.noiseTrace.value)}\n`;
  return `${place}${grouped(walkers)} walkers of some ${grouped(Math.round(stepsEach))} steps${replicas > 1 ? `, ${replicas} at a time` : ""}, given up after ${grouped(horizon)} (time ${short(horizon * eta)}); about ${duration(1000 * seconds)} on ${processes} ${processes === 1 ? "process" : "processes"}`;
}

export function replicaWords(result: ReplicaResult): string[] {
  const { notes, throughput, diverged } = result;
  return [
    "",
    `mean first-passage time  ${estimateWords(result.meanFirstPassageTime)}`,
    `in steps                 ${estimateWords(result.steps)}`,
    `${statisticsWords(result)}${diverged > 0 ? `; ${grouped(diverged)} diverged` : ""}`,
    ...theoryWords(result),
    "",
    ...notes.map((note) => `note: ${note}`),
    `${grouped(throughput.particleSteps)} replica-steps in ${duration(1000 * throughput.seconds)}: ${grouped(Math.round(throughput.particleStepsPerSecond))} a second on ${throughput.processes} ${throughput.processes === 1 ? "process" : "processes"}`,
  ];
}
