import { expect, suite, test } from "vitest";
import { createDocument } from "../../src/node/dom/index.ts";
import { fileDataSource } from "../../src/node/datasets/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { folderStore, machineEnvironment } from "../../src/node/store/index.ts";
import { paper } from "../../src/paper/three-factors/index.ts";
import { reproducePaper } from "../../src/paper/run-paper.ts";
import { renderReport } from "../../src/report/index.ts";
import { type Host, inlinePool } from "../../src/run/index.ts";

suite("reproduce three-factors, smoke", () => {
  test("does every experiment and writes a page of every claim", async () => {
    const runtime = nodeRuntime({ threads: 1 });
    const environment = machineEnvironment(runtime);
    const store = folderStore("runs");
    const data = fileDataSource;
    const document = createDocument();
    const place = () => Promise.resolve({ runtime: nodeRuntime({ threads: 1 }), data, store, environment }); // prettier-ignore
    const host: Host = {
      runtime,
      data,
      store,
      environment,
      document,
      pool: inlinePool(paper.tasks, place),
      progress: () => undefined,
      signal: new AbortController().signal,
    };
    const found = await reproducePaper(host, paper, { scale: "smoke", command: "test" });
    await runtime.dispose();
    expect(found.claims.map(({ id }) => id)).toEqual(
      paper.experiments.flatMap(({ claims }) => claims),
    );
    expect(found.claims.every(({ controls }) => controls.length > 0)).toBe(true);
    const page = renderReport(document, found.report);
    for (const { title } of paper.experiments) expect(page).toContain(title);
    expect(page).toContain(found.file.bandsSha256);
    // 512 particles tell a loss from four times it: σ² = 4 has slope 4.
    const law = found.claims.find(({ id }) => id === "E1")!;
    expect(law.measured[0].estimate.high).toBeLessThan(1.5);
    expect(law.controls[0].estimate.low).toBeGreaterThan(3);
  }, 600_000);

  test("refuses the seed that fitted the bands", async () => {
    const options = { scale: "smoke", seeds: ["101"], command: "test" } as const;
    await expect(reproducePaper({} as Host, paper, options)).rejects.toThrow(
      "seed 101 fitted the bands of three-factors: verdicts must not use it",
    );
  });
});
