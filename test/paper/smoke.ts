import { expect } from "vitest";
import { createDocument } from "../../src/node/dom/index.ts";
import { fileDataSource } from "../../src/node/datasets/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { folderStore, machineEnvironment } from "../../src/node/store/index.ts";
import { claimsAt, type Paper } from "../../src/paper/paper.ts";
import { type Reproduction, reproducePaper } from "../../src/paper/run-paper.ts";
import { renderReport } from "../../src/report/index.ts";
import { type Host, inlinePool } from "../../src/run/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";

/** A host that does a paper's tasks in this process. */
export function hostFor({ tasks }: Paper, runtime: Runtime): Host {
  const environment = machineEnvironment(runtime);
  const store = folderStore("runs");
  const data = fileDataSource;
  const place = () => Promise.resolve({ runtime: nodeRuntime({ threads: 1 }), data, store, environment }); // prettier-ignore
  return {
    runtime,
    data,
    store,
    environment,
    document: createDocument(),
    pool: inlinePool(tasks, place),
    progress: () => undefined,
    signal: new AbortController().signal,
  };
}

/**
 * Reproduce a paper at `smoke` in this process. It has a verdict for every claim that it announces, a
 * control at each, and a page with all experiments and the bands' hash.
 */
export async function reproducedAtSmoke(paper: Paper): Promise<Reproduction> {
  const runtime = nodeRuntime({ threads: 1 });
  const host = hostFor(paper, runtime);
  const found = await reproducePaper(host, paper, { scale: "smoke", command: "test" });
  await runtime.dispose();
  expect(found.claims.map(({ id }) => id)).toEqual(
    paper.experiments.flatMap((experiment) => claimsAt(experiment, "smoke")),
  );
  expect(found.claims.every(({ controls }) => controls.length > 0)).toBe(true);
  const page = renderReport(host.document, found.report);
  for (const { title } of paper.experiments) expect(page).toContain(title);
  expect(page).toContain(found.file.bandsSha256);
  return found;
}

/** The message for the seed that bands were fitted with. */
export async function refusalOfPilotSeed(paper: Paper): Promise<void> {
  const options = { scale: "smoke", seeds: [paper.pilotSeed], command: "test" } as const;
  await expect(reproducePaper({} as Host, paper, options)).rejects.toThrow(
    `seed ${paper.pilotSeed} fitted the bands of ${paper.id}: verdicts must not use it`,
  );
}
