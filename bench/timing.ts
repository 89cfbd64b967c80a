import { options } from "./options.ts";

/** One way to do a piece of work. */
export interface Contender {
  readonly name: string;
  readonly side: "ours" | "peer" | "gemm";
  readonly threads: number;
  /** Do the work `repeats` times in a row; seconds for all of them. */
  readonly run: (repeats: number) => Promise<number>;
}

export interface Timed {
  readonly name: string;
  readonly side: "ours" | "peer" | "gemm";
  readonly threads: number;
  /** Seconds of one piece of work, one number a round. */
  readonly seconds: readonly number[];
}

/** A round of a contender lasts at least this long, so that clocks and calls do not matter. */
const roundSeconds = 0.1;

/** What takes as long as this is warm after its trial. */
const longSeconds = 5;

/** What the peer does in more than this many times its quickest way is not timed further. */
const hopeless = 2.5;

/**
 * Time contenders in turn, round after round, so that all see the same machine: a ratio within one
 * result holds even where other work comes and goes. One warm-up round each is not counted; for what
 * takes seconds the trial is one.
 */
export async function interleave(
  candidates: readonly Contender[],
  rounds = options.runs,
): Promise<Timed[]> {
  const trial: number[] = [];
  for (const { run } of candidates) trial.push(await calibrated(run));
  // A way is judged by its better number of threads: with two, a busy machine can stall any of them.
  const bestOf = (keep: (c: Contender) => boolean) =>
    Math.min(...trial.filter((_, i) => keep(candidates[i])));
  const best = bestOf(({ side }) => side === "peer");
  const kept = candidates.map(
    ({ side, name }) => side !== "peer" || bestOf((c) => c.name === name) <= hopeless * best,
  );
  candidates.forEach(({ name, threads }, i) => {
    if (!kept[i])
      console.log(
        `  left out after the trial: ${name}, ${threads} threads, ${(1000 * trial[i]).toPrecision(3)} ms`,
      );
  });
  const contenders = candidates.filter((_, i) => kept[i]);
  const trials = trial.filter((_, i) => kept[i]);
  const repeats = trials.map((once) => Math.max(1, Math.round(roundSeconds / once)));
  const seconds = contenders.map((): number[] => []);
  for (let round = -1; round < rounds; round++)
    for (const [i, { run }] of contenders.entries()) {
      if (round < 0 && trials[i] > longSeconds) continue;
      // Pools of the one that ran before may spin for a moment.
      await pause(4);
      const each = (await run(repeats[i])) / repeats[i];
      if (round >= 0) seconds[i].push(each);
    }
  return contenders.map(({ name, side, threads }, i) => ({
    name,
    side,
    threads,
    seconds: seconds[i],
  }));
}

/**
 * Seconds of one piece of work, in rows as long as a round's: what is made ready once a row (a call's
 * inputs and outputs, a warm cache) counts here as it does there.
 */
async function calibrated(run: Contender["run"]): Promise<number> {
  const first = await run(1);
  if (first > longSeconds) return first;
  for (let repeats = 1; ;) {
    const each = Math.max(1e-7, Math.min(await run(repeats), await run(repeats)) / repeats);
    if (repeats * each >= roundSeconds / 2) return each;
    repeats = Math.ceil(Math.min(10 * repeats, (1.5 * roundSeconds) / each / 2));
  }
}

/** Seconds that `repeats` calls of an asynchronous function take. */
export async function timed(repeats: number, work: () => Promise<unknown>): Promise<number> {
  const start = now();
  for (let k = 0; k < repeats; k++) await work();
  return now() - start;
}

function now(): number {
  if (!options.cpuClock) return performance.now() / 1000;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The quicker of several by median. */
export function fastest(all: readonly Timed[]): Timed | undefined {
  return all.toSorted((a, b) => median(a.seconds) - median(b.seconds))[0];
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
