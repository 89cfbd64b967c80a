import { trainingJsonSchema } from "../../run/index.ts";
import { exitCodes } from "../exit.ts";

export async function schema(): Promise<number> {
  process.stdout.write(`${JSON.stringify(trainingJsonSchema(), undefined, 2)}\n`);
  return exitCodes.ok;
}
