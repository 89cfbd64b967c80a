import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const root = resolve(import.meta.dirname, "../..");

/** The compiled program: tests of processes run what is shipped. */
export const main = resolve(root, "dist/cli/main.js");
export const worker = pathToFileURL(resolve(root, "dist/node/pool/worker.js"));

for (const path of [main, resolve(root, "dist/node/pool/worker.js")])
  if (!existsSync(path))
    throw new Error(`${path} is missing: run npm run build before these tests`);

/** The full counts, hours of them, stand behind THALWEG_LONG=1. */
export const long = process.env.THALWEG_LONG === "1";
