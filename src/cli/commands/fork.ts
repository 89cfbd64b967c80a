import { folderStore } from "../../node/store/index.ts";
import { fork as forkRun, type Override, parseOverride } from "../../run/index.ts";
import { grouped } from "../output.ts";
import { atWork, warnings, type WorkOptions, workOn } from "./workplace.ts";

export interface ForkFlags extends WorkOptions {
  readonly at: number;
  readonly set?: string[] | undefined;
  readonly name?: string | undefined;
  readonly runs: string;
}

/** Begin a run from a step of another, with settings changed, and train it to its end. */
export async function fork(id: string, flags: ForkFlags): Promise<number> {
  const store = folderStore(flags.runs);
  const parent = await store.open(id);
  const overrides: Override[] = (flags.set ?? []).map((set) => parseOverride(set));
  if (flags.name !== undefined)
    overrides.push({ path: ["name"], value: flags.name, origin: `--name ${flags.name}` });
  return atWork(flags, async (workplace, out) => {
    const run = await forkRun(store, parent, flags.at, overrides, workplace, {
      ...warnings(out),
      onProgress: (step) =>
        out.progress.update(
          step / flags.at,
          `repeating ${parent.id} up to step ${grouped(flags.at)}`,
        ),
    });
    return workOn(run, workplace, out);
  });
}
