import type { Host } from "../run/index.ts";
import type { Paper, ScaleName } from "./paper.ts";
import { type ReproduceOptions, reproducePaper, type Reproduction } from "./run-paper.ts";

/** A paper as the command line knows it. */
export interface Reproducible {
  readonly id: string;
  /** For the help and while it runs: its title, authors and year. */
  readonly summary: string;
  /** `Zhu et al. 2019`. */
  readonly authors: string;
  readonly seeds: Readonly<Record<ScaleName, readonly string[]>>;
  reproduce(host: Host, options: ReproduceOptions): Promise<Reproduction>;
}

/** Papers by their word on the command line, each loaded when it is asked for. */
export const papers: Readonly<Record<string, () => Promise<Reproducible>>> = {
  eoss: async () => ofExperiments((await import("./eoss/index.ts")).paper),
  ddt: async () => ofExperiments((await import("./ddt/index.ts")).paper),
  "three-factors": async () => ofExperiments((await import("./three-factors/index.ts")).paper),
  "power-law": async () => ofExperiments((await import("./power-law/index.ts")).paper),
  anisotropic: async () => ofExperiments((await import("./anisotropic/index.ts")).paper),
};

/** A paper made of experiments, as the command line knows it. */
const ofExperiments = (paper: Paper): Reproducible => ({
  id: paper.id,
  summary: `${paper.title} (${paper.authors} ${paper.year})`,
  authors: `${paper.authors} ${paper.year}`,
  seeds: paper.seeds,
  reproduce: (host, options) => reproducePaper(host, paper, options),
});
