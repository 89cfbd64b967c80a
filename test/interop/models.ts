import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** One third-party model, as its index describes it. */
export interface Listed {
  readonly file: string;
  readonly status: "measure" | "measure-random" | "diagnose";
  readonly opset: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly parameters: number;
  readonly sha256: string;
}

const folder =
  process.env.THALWEG_MODELS ?? fileURLToPath(new URL("../../../shared/models", import.meta.url));

/** Why the suites of real models are skipped; undefined where they run. */
export const missing = existsSync(`${folder}/index.json`)
  ? undefined
  : "the folder of third-party models is absent";

export const listed: readonly Listed[] = missing
  ? []
  : (JSON.parse(readFileSync(`${folder}/index.json`, "utf8")) as Listed[]);

export function modelBytes(file: string): Uint8Array {
  return new Uint8Array(readFileSync(`${folder}/${file}`));
}

/** The same file under another IR version: field 1 of the message, a varint at its very start. */
export function withIrVersion(bytes: Uint8Array, version: number): Uint8Array {
  if (bytes[0] !== 8 || bytes[1] > 127) throw new Error("the file does not start with its version");
  return bytes.with(1, version);
}
