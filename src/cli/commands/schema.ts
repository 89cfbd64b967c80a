import { escapeJsonSchema, trainingJsonSchema } from "../../run/index.ts";
import { exitCodes } from "../exit.ts";

export async function schema(of: "train" | "escape"): Promise<number> {
  const found = of === "escape" ? escapeJsonSchema() : trainingJsonSchema();
  process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
  return exitCodes.ok;
}
