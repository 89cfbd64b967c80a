import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";
import { expect, suite, test } from "vitest";

const entry = fileURLToPath(new URL("../../src/index.ts", import.meta.url));
const builtins = new Set(builtinModules);
const program = "\0program.js";

/** The code Vite makes for a browser of a program that imports the entry as `thalweg`, and what it asked of Node. */
async function bundle(source: string): Promise<{ code: string; node: string[] }> {
  const node: string[] = [];
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: true,
      target: "es2022",
      rolldownOptions: { input: program, preserveEntrySignatures: "strict" },
    },
    plugins: [
      {
        name: "program",
        enforce: "pre",
        resolveId(id, importer) {
          if (id === program) return id;
          if (id === "thalweg") return entry;
          if (id.startsWith("node:") || builtins.has(id)) node.push(`${id} from ${importer}`);
        },
        load: (id) => (id === program ? source : undefined),
      },
    ],
  });
  const { output } = result as Rollup.RollupOutput;
  const chunks = output.filter((part) => part.type === "chunk");
  return { code: chunks.map((chunk) => chunk.code).join("\n"), node };
}

suite("the entry for browsers", () => {
  test("asks nothing of Node", async () => {
    const { code, node } = await bundle(`export * from "thalweg";`);
    expect(node).toEqual([]);
    expect(code).not.toContain("__vite-browser-external");
    for (const name of ["vmap", "lambdaMaxProbe", "eoss/condition"]) expect(code).toContain(name);
  });

  test("would be seen to ask for it", async () => {
    const { node } = await bundle(`export { readFile } from "node:fs/promises";`);
    expect(node).toEqual([`node:fs/promises from ${program}`]);
  });

  test("leaves out what a program does not use, namespaces too", async () => {
    const { code } = await bundle(
      `import { grad, graph } from "thalweg";
       export const slope = grad((x) => graph.sum(graph.square(x)));`,
    );
    // The calculus alone: no configs (zod), no plots, no model files.
    expect(code).not.toMatch(/strictObject|fashion-mnist|ModelProto|figcaption/);
    expect(code).toContain("convWeight");
    expect(code.length).toBeLessThan(40_000);
  });
});
