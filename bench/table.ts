import { fastest, median, quantile, type Timed } from "./timing.ts";

const ms = (seconds: number) => (seconds * 1000).toPrecision(3);

/** Every contender, then ours against the peer: each side's best, and at equal threads. */
export function printComparison(title: string, results: readonly Timed[], target?: number): void {
  console.log(`\n${title}`);
  const width = Math.max(...results.map(({ name }) => name.length));
  for (const { name, threads, seconds } of results) {
    const [low, high] = [quantile(seconds, 0.25), quantile(seconds, 0.75)];
    console.log(
      `  ${name.padEnd(width)}  ${threads} thread${threads > 1 ? "s" : " "}  ` +
        `median ${ms(median(seconds)).padStart(6)} ms  quartiles ${ms(low)}–${ms(high)}  ` +
        `least ${ms(Math.min(...seconds))}  n ${seconds.length}`,
    );
  }
  const [ours, peer] = (["ours", "peer"] as const).map((side) =>
    results.filter((r) => r.side === side),
  ) as [Timed[], Timed[]];
  if (peer.length === 0 || ours.length === 0) return;
  const aim = target === undefined ? "" : `, target ${target}×`;
  console.log(`  ${ratioLine("best of each", ours, peer)}${aim}`);
  for (const threads of [1, 2]) {
    const equal = (all: readonly Timed[]) => all.filter((r) => r.threads === threads);
    if (equal(ours).length > 0 && equal(peer).length > 0)
      console.log(
        `  ${ratioLine(`${threads} thread${threads > 1 ? "s" : ""} each`, equal(ours), equal(peer))}`,
      );
  }
}

/** peer / ours by medians, with the quartiles of the rounds' own ratios. */
function ratioLine(what: string, ours: readonly Timed[], peer: readonly Timed[]): string {
  const [a, b] = [fastest(ours)!, fastest(peer)!];
  const ratio = median(b.seconds) / median(a.seconds);
  const rounds = a.seconds.map((s, i) => b.seconds[i] / s);
  return (
    `${what}: ${ratio.toFixed(2)}× (rounds' quartiles ${quantile(rounds, 0.25).toFixed(2)}–` +
    `${quantile(rounds, 0.75).toFixed(2)}), ${a.name} ${ms(median(a.seconds))} against ${b.name} ${ms(median(b.seconds))} ms`
  );
}
