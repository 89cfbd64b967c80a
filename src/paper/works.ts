import type { Host, Json } from "../run/index.ts";
import type { Work } from "./paper.ts";

/** Finished tasks on record, so that a long reproduction goes on where it stopped. */
export interface ResultCache {
  get(key: string): Promise<Json | undefined>;
  put(key: string, value: Json): Promise<void>;
}

/** A result, and how long it took on one core. */
interface Done {
  readonly value: Json;
  readonly seconds: number;
}

/** Works by what they depend on but for the machine: equal ones are one. */
export const distinctWorks = (works: readonly Work[]): Work[] => [
  ...new Map(works.map((work) => [JSON.stringify([work.task, work.input]), work])).values(),
];

/**
 * Each distinct piece of work once, the dearest first, so that no core waits long for the last. What `known`
 * has is not done again. `of` gives the result of a piece; `seconds` is the computing time behind all of them,
 * in whatever run it was spent.
 */
export async function doWorks(
  host: Host,
  works: readonly Work[],
  known: ResultCache | undefined,
): Promise<{ readonly of: (work: Work) => Json; readonly seconds: number }> {
  /** Everything that a piece of work depends on. */
  const keyOf = ({ task, input }: Work): string => JSON.stringify([task, host.environment, input]);
  const distinct = new Map(works.map((work) => [keyOf(work), work]));
  const queue = [...distinct].sort(([, a], [, b]) => b.cost - a.cost);
  const done = new Map<string, Done>();
  for (const [key] of queue) {
    const before = await known?.get(key);
    if (before !== undefined) done.set(key, before as unknown as Done);
  }
  const open = queue.filter(([key]) => !done.has(key));
  const total = queue.reduce((sum, [, { cost }]) => sum + cost, 0);
  const part = open.map(() => 0);
  let finished = total - open.reduce((sum, [, { cost }]) => sum + cost, 0);
  const say = (note?: string) => {
    const running = open.reduce((sum, [, { cost }], i) => sum + part[i] * cost, 0);
    host.progress(total === 0 ? 1 : (finished + running) / total, note);
  };
  say();
  const writes: Promise<void>[] = [];
  await host.pool.run(
    open.map(([, { task, input, label }]) => ({ name: task, input, label })),
    {
      signal: host.signal,
      onProgress(i, fraction) {
        part[i] = fraction;
        say(open[i][1].label);
      },
      onResult(i, value, seconds) {
        const [key, { cost, label }] = open[i];
        const result = { value, seconds };
        done.set(key, result);
        if (known !== undefined) writes.push(known.put(key, result));
        finished += cost;
        part[i] = 0;
        say(label);
      },
    },
  );
  await Promise.all(writes);
  return {
    of: (work) => done.get(keyOf(work))!.value,
    seconds: [...done.values()].reduce((sum, { seconds }) => sum + seconds, 0),
  };
}
