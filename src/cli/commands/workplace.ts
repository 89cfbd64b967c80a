import { availableParallelism } from "node:os";
import type { Dataset, DataSource } from "../../data/index.ts";
import { fileDataSource } from "../../node/datasets/index.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";
import { machineEnvironment } from "../../node/store/index.ts";
import type { Run, RunObserver, Workplace } from "../../run/index.ts";
import { execute } from "../../run/index.ts";
import { exitCodes, interruptible } from "../exit.ts";
import { duration, grouped, type Output, output, short } from "../output.ts";

export interface WorkOptions {
  readonly threads?: number | undefined;
  readonly json?: true | undefined;
  readonly quiet?: true | undefined;
}

/** Do a command's work with a runtime that is disposed, and a signal that Ctrl-C aborts. */
export async function atWork(
  { threads = availableParallelism(), json, quiet }: WorkOptions,
  work: (workplace: Workplace, out: Output) => Promise<number>,
): Promise<number> {
  const out = output({ json: json ?? false, quiet: quiet ?? false });
  const { signal, release } = interruptible(() => {
    out.progress.clear();
    process.stderr.write("stopping at the next step; press again to stop at once\n");
  });
  await using runtime = nodeRuntime({ threads });
  try {
    const data = readOnce(fileDataSource);
    return await work({ runtime, data, environment: machineEnvironment(runtime), signal }, out);
  } finally {
    out.progress.clear();
    release();
  }
}

/** A source that reads what it is asked for again only once: training begins where its check has ended. */
function readOnce(source: DataSource): DataSource {
  const sets = new Map<string, Promise<Dataset>>();
  return {
    ...source,
    load(request) {
      const key = JSON.stringify(request);
      const set = sets.get(key) ?? source.load(request);
      sets.set(key, set);
      return set;
    },
  };
}

/** Train a run to its end, telling about it, and hand back the exit code. */
export async function workOn(run: Run, workplace: Workplace, out: Output): Promise<number> {
  const { say, event, progress, style } = out;
  const { steps } = run.config;
  const began = performance.now();
  let loss = run.status().loss;
  let first = 0;
  const observer: RunObserver = {
    ...warnings(out),
    onStart({ training }, step) {
      first = step;
      const { model, samples } = training;
      say(
        `${style("bold", run.id)}: ${model.name} (${grouped(model.parameterCount)} parameters) on ${samples.name}, ${describeRule(run)}`,
      );
      if (step > 0) say(`going on from step ${grouped(step)}`);
      event("start", {
        run: run.id,
        place: run.place,
        step,
        steps,
        parameters: model.parameterCount,
      });
    },
    onRows(rows) {
      for (const row of rows) {
        if (row.name === "loss") loss = row.value;
        event("metric", { ...row });
      }
    },
    onProgress(step) {
      const value = loss === undefined ? "" : `, loss ${short(loss)}`;
      progress.update(step / steps, `step ${grouped(step)} of ${grouped(steps)}${value}`);
    },
    onCheckpoint: (step) => event("checkpoint", { step }),
  };
  const { state, step, divergedAt } = await execute(run, workplace, observer);
  progress.clear();
  const took = duration(performance.now() - began);
  event("end", { run: run.id, place: run.place, state, step, loss, divergedAt });
  const lastLoss = loss === undefined ? "" : `, last batch loss ${short(loss)}`;
  switch (state) {
    case "finished":
      say(`${style("green", "finished")}: ${grouped(step - first)} steps in ${took}${lastLoss}`);
      break;
    case "stopped":
      say(
        `${style("green", "stopped")} at step ${grouped(step)}: the loss is below ${run.config.stop?.lossBelow}`,
      );
      break;
    case "diverged":
      say(
        `${style("red", "diverged")}: the loss is not finite at step ${grouped(step)}; all metrics up to it are kept`,
      );
      break;
    case "interrupted":
      say(
        `${style("yellow", "interrupted")} at step ${grouped(step)} of ${grouped(steps)}; go on with: thalweg resume ${quoted(run.place)}`,
      );
      break;
  }
  say(style("dim", `kept in ${run.place}`));
  if (state === "interrupted") return exitCodes.interrupted;
  return state === "diverged" ? exitCodes.diverged : exitCodes.ok;
}

/** Warnings to the error stream and, as events, to programs. */
export function warnings({ warn, event }: Output): Pick<Required<RunObserver>, "onWarning"> {
  return {
    onWarning(message) {
      warn(message);
      event("warning", { message });
    },
  };
}

function describeRule({ config: { optimizer, batchSize } }: Run): string {
  const part = (value: number | { readonly kind: string }) =>
    typeof value === "number" ? String(value) : `on a ${value.kind} schedule`;
  return `${optimizer.kind}, learning rate ${part(optimizer.learningRate)}, batch ${part(batchSize)}`;
}

const quoted = (path: string) => (/^[\w./-]+$/.test(path) ? path : `'${path}'`);
