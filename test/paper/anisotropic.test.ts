import { expect, suite, test } from "vitest";
import { createDocument } from "../../src/node/dom/index.ts";
import { fileDataSource } from "../../src/node/datasets/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { folderStore, machineEnvironment } from "../../src/node/store/index.ts";
import { paper } from "../../src/paper/anisotropic/index.ts";
import { reproducePaper } from "../../src/paper/run-paper.ts";
import { renderReport } from "../../src/report/index.ts";
import { type Host, inlinePool } from "../../src/run/index.ts";

suite("reproduce anisotropic, smoke", () => {
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
    const ids = "R1 R2 R3 C1 C2 E1 E2 T1 T2 T3 T4 D1 D2 D3 D4".split(" ");
    expect(found.claims.map(({ id }) => id)).toEqual(ids);
    expect(found.claims.every(({ controls }) => controls.length > 0)).toBe(true);
    const page = renderReport(document, found.report);
    for (const { title } of paper.experiments) expect(page).toContain(title);
    expect(page).toContain(found.file.bandsSha256);
    // Noise along the flat direction, and none, stay: 1024 walkers tell that from a third that leave.
    const moves = found.claims.find(({ id }) => id === "T1")!;
    for (const { estimate } of moves.measured) expect(estimate.value).toBeGreaterThan(0.15);
    for (const { estimate } of moves.controls) expect(estimate.value).toBeLessThan(0.06);
  }, 600_000);
});
