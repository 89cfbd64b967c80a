import { expect, suite, test } from "vitest";
import { createDocument } from "../../src/node/dom/index.ts";
import { fileDataSource } from "../../src/node/datasets/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { folderStore, machineEnvironment } from "../../src/node/store/index.ts";
import { paper } from "../../src/paper/ddt/index.ts";
import { reproducePaper } from "../../src/paper/run-paper.ts";
import { renderReport } from "../../src/report/index.ts";
import { type Host, inlinePool } from "../../src/run/index.ts";

suite("reproduce ddt, smoke", () => {
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
    const ids = "C1 C2 C3 S1 S2 S3 S4 S5 L1 L2 L3 W1 W2 M1 M2".split(" ");
    expect(found.claims.map(({ id }) => id)).toEqual(ids);
    expect(found.claims.every(({ controls }) => controls.length > 0)).toBe(true);
    const page = renderReport(document, found.report);
    for (const { title } of paper.experiments) expect(page).toContain(title);
    expect(page).toContain(found.file.bandsSha256);
    // Factors of hundreds, which 120 walkers tell from fours.
    const contrast = found.claims.find(({ id }) => id === "S4")!;
    expect(contrast.measured[0].estimate.low).toBeGreaterThan(5);
    expect(contrast.controls[0].estimate.high).toBeLessThan(2);
  }, 600_000);

  test("refuses the seed that fitted the bands", async () => {
    const options = { scale: "smoke", seeds: ["101"], command: "test" } as const;
    await expect(reproducePaper({} as Host, paper, options)).rejects.toThrow(
      "seed 101 fitted the bands of ddt: verdicts must not use it",
    );
  });
});
