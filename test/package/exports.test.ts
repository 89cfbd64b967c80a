import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { expect, suite, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

suite("the package", () => {
  test("has nothing that publint objects to", async () => {
    const { messages, pkg } = await publint({ pkgDir: root, strict: true, pack: "npm" });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  // A process of its own: Node resolves the package's name by its `exports`, not Vite.
  test("is found by its own name, the calculus at the top and folders as namespaces", async () => {
    const program = `
      import * as thalweg from "thalweg";
      import * as node from "thalweg/node";
      console.log(JSON.stringify([Object.keys(thalweg), typeof node.nodeRuntime]));`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program], {
      cwd: root,
    });
    const [names, nodeRuntime] = JSON.parse(stdout) as [string[], string];
    expect(nodeRuntime).toBe("function");
    expect(names).toEqual([
      "data",
      "diffusion",
      "directional",
      "eoss",
      "grad",
      "graph",
      "hvp",
      "jvp",
      "kernel",
      "learn",
      "linearize",
      "measure",
      "numeric",
      "onnx",
      "random",
      "report",
      "run",
      "runtime",
      "statistics",
      "trace",
      "valueAndGrad",
      "vjp",
      "vmap",
    ]);
  });

  test("keeps the rest to itself", async () => {
    const program = `await import("thalweg/dist/graph/index.js");`;
    const failed = run(process.execPath, ["--input-type=module", "-e", program], { cwd: root });
    await expect(failed).rejects.toThrow("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });

  test("has no unused files, exports or dependencies (knip)", async () => {
    const knip = fileURLToPath(new URL("../../node_modules/knip/bin/knip.js", import.meta.url));
    const { stdout } = await run(process.execPath, [knip, "--no-progress"], { cwd: root }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout.trim()).toBe("");
  });
});
