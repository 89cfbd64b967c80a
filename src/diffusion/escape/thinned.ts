/** A record of a way: where something was at some of its steps. */
export interface Thinned {
  readonly step: number;
  readonly point: readonly number[];
}

/**
 * Keeps every stride-th point, the stride doubled whenever there are `most`, and the last one that was
 * `final`, or seen at a multiple of the stride.
 */
export function thinned(most: number): {
  add(step: number, x: ArrayLike<number>, final?: boolean): void;
  done(): readonly Thinned[];
} {
  let stride = 1;
  let kept: Thinned[] = [];
  let last: Thinned | undefined;
  return {
    add(step, x, final = false) {
      if (!final && step % stride !== 0) return;
      last = { step, point: Array.from(x) };
      if (step % stride !== 0) return;
      kept.push(last);
      if (kept.length < most - 1) return;
      stride *= 2;
      kept = kept.filter((point) => point.step % stride === 0);
    },
    done: () => (last === undefined || kept.at(-1) === last ? kept : [...kept, last]),
  };
}
