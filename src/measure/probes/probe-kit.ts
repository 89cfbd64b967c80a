import type { MetricRow, ProbePoint } from "../../learn/index.ts";
import type { Estimate } from "../../statistics/index.ts";

export interface ProbeOptions {
  readonly due: (step: number) => boolean;
  /** Of the probe's own draws, decimal string. */
  readonly seed: string;
}

/** A value made when it is first asked for and kept while its key stays the same. */
export function keptWhile<T extends AsyncDisposable>(): {
  get(key: string, make: () => Promise<T>): Promise<T>;
  dispose(): Promise<void>;
} {
  let held: { key: string; value: T } | undefined;
  const dispose = async () => {
    const old = held?.value;
    held = undefined;
    await old?.[Symbol.asyncDispose]();
  };
  return {
    async get(key, make) {
      if (held?.key === key) return held.value;
      await dispose();
      held = { key, value: await make() };
      return held.value;
    },
    dispose,
  };
}

/** What a compiled measurement depends on besides the parameters: batch statistics are constants in it. */
export function pointKey({ batchSize, buffers }: ProbePoint): string {
  return `${batchSize}|${buffers.join()}`;
}

export function row(name: string, estimate: Estimate): Omit<MetricRow, "step"> {
  return { name, value: estimate.value, stderr: estimate.stderr, samples: estimate.samples };
}
