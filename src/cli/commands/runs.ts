import { basename } from "node:path";
import { folderStore } from "../../node/store/index.ts";
import type { Run } from "../../run/index.ts";
import { exitCodes } from "../exit.ts";
import { grouped, output, short } from "../output.ts";
import { table } from "../table.ts";

/** List the runs of a folder, oldest first. */
export async function runs({
  dir,
  json,
}: {
  readonly dir: string;
  readonly json?: true | undefined;
}): Promise<number> {
  const { say, warn, event } = output(json ? { json } : {});
  const { runs: all, damage } = await folderStore(dir).list();
  for (const run of all) event("run", about(run));
  if (all.length === 0) say(`no runs in ${dir}; thalweg train begins one`);
  else {
    const rows = all.map((run) => {
      const { state, step, steps, loss, model, data, updatedAt } = about(run);
      return [
        run.id,
        state,
        `${grouped(step)} of ${grouped(steps)}`,
        loss === undefined ? "" : short(loss),
        model,
        basename(data),
        updatedAt.slice(0, 16).replace("T", " "),
      ];
    });
    const header = ["run", "state", "steps", "loss", "model", "data", "last change (UTC)"];
    for (const line of table(header, rows, ["steps", "loss"])) say(line);
  }
  for (const { reason } of damage) warn(reason);
  return exitCodes.ok;
}

function about(run: Run) {
  const { state, step, loss, startedAt, updatedAt, divergedAt, error } = run.status();
  const { config } = run;
  return {
    run: run.id,
    place: run.place,
    // A run that nobody works on any more was killed.
    state: state === "running" && !run.alive() ? ("killed" as const) : state,
    step,
    steps: config.steps,
    loss,
    model: config.model.kind === "onnx" ? basename(config.model.file) : config.model.kind,
    data: config.data.name,
    startedAt,
    updatedAt,
    divergedAt,
    error,
    origin: run.origin,
  };
}
