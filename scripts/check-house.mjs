// Holds the house rules that no linter knows: the one direction of imports between the folders of
// src/, no Node outside node/ and cli/, each foreign package behind the one folder that adapts it.
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, relative, resolve, dirname, sep } from "node:path";

const floors = [
  "numeric",
  "statistics",
  "random",
  "graph",
  "onnx",
  "kernel",
  "runtime",
  "data",
  "learn",
  "measure",
  "diffusion",
  "report",
  "run",
  "paper",
  "node",
  "cli",
];
const nodeFolders = new Set(["node", "cli"]);
const adapters = {
  "onnx-buf": ["onnx"],
  "@bufbuild/protobuf": ["onnx"],
  "onnxruntime-node": ["node"],
  "onnxruntime-web": ["runtime"],
  "@duckdb/node-api": ["node"],
  "@observablehq/plot": ["report"],
  linkedom: ["node"],
  fflate: ["data"],
  jsep: ["diffusion"],
  zod: ["diffusion", "run", "paper", "cli"],
  yaml: ["run", "cli"],
  commander: ["cli"],
  "@commander-js/extra-typings": ["cli"],
};
const builtins = new Set(builtinModules);
const src = resolve(import.meta.dirname ?? ".", "..", "src");
const problems = [];

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (entry.name.endsWith(".ts")) yield path;
  }
}

const specifier =
  /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|import\(\s*"([^"]+)"\s*\)|(?:^|\n)\s*import\s+"([^"]+)"/g;

for (const path of files(src)) {
  const place = relative(src, path);
  const folder = place.includes(sep) ? place.split(sep)[0] : "";
  const isTest = path.endsWith(".test.ts");
  const floor = floors.indexOf(folder);
  if (folder && floor < 0) problems.push(`${place}: folder ${folder} is not in the house`);
  for (const match of readFileSync(path, "utf8").matchAll(specifier)) {
    const target = match[1] ?? match[2] ?? match[3];
    if (target.startsWith(".")) {
      const to = relative(src, resolve(dirname(path), target));
      const other = to.includes(sep) ? to.split(sep)[0] : "";
      if (folder && !isTest && (to.startsWith("..") || (other && floors.indexOf(other) > floor)))
        problems.push(`${place}: ${folder || "the root"} may not import ${to}`);
      continue;
    }
    const bare = target.startsWith("node:")
      ? target
      : target
          .split("/")
          .slice(0, target.startsWith("@") ? 2 : 1)
          .join("/");
    if (isTest) continue;
    if ((bare.startsWith("node:") || builtins.has(bare)) && !nodeFolders.has(folder))
      problems.push(`${place}: only node/ and cli/ may import ${bare}`);
    if (adapters[bare] && !adapters[bare].includes(folder))
      problems.push(
        `${place}: ${bare} is adapted in ${adapters[bare].join(", ")} and imported nowhere else`,
      );
  }
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
