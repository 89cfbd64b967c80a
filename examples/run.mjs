// node examples/run.mjs NAME: runs an example on any supported Node, its types taken out.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import ts from "typescript";

const [name] = process.argv.slice(2);
if (!name) throw new Error("an example must be named");
const source = await readFile(new URL(`${name}.ts`, import.meta.url), "utf8");
const { outputText } = ts.transpileModule(source, {
  compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
});
const made = new URL(`../.cache/examples/${name}.mjs`, import.meta.url);
await mkdir(new URL(".", made), { recursive: true });
await writeFile(made, outputText);
await import(made.href);
