import { readBytes } from "../../node/files/index.ts";
import { folderStore } from "../../node/store/index.ts";
import {
  ConfigError,
  type Override,
  parseOverride,
  parseTraining,
  readConfigText,
} from "../../run/index.ts";
import { atWork, type WorkOptions, workOn } from "./workplace.ts";

export interface TrainFlags extends WorkOptions {
  readonly model?: string | undefined;
  readonly data?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly count?: number | undefined;
  readonly loss?: string | undefined;
  readonly optimizer?: string | undefined;
  readonly learningRate?: string | undefined;
  readonly batchSize?: number | undefined;
  readonly steps?: number | undefined;
  readonly seed?: string | undefined;
  readonly name?: string | undefined;
  readonly set?: string[] | undefined;
  readonly runs: string;
}

/** Train what a config file and flags describe; flags go before the file, `--set` before both. */
export async function train(file: string | undefined, flags: TrainFlags): Promise<number> {
  const overrides = [
    ...flagOverrides(flags),
    ...(flags.set ?? []).map((set) => parseOverride(set)),
  ];
  if (file === undefined && overrides.length === 0)
    throw new ConfigError(
      "train needs a config file, or flags such as --model mlp --data fashion-mnist --learning-rate 0.05 --batch-size 32 --steps 500",
    );
  const text =
    file === undefined
      ? undefined
      : readConfigText(new TextDecoder().decode(await readBytes(file)), file);
  // Without a file the flags are all there is: SGD is what is meant where no optimizer is named.
  const raw = text ? text.value : { optimizer: { kind: "sgd" } };
  const config = parseTraining(raw, { overrides, ...(text && { text }) });
  return atWork(flags, async (workplace, out) => {
    const run = await folderStore(flags.runs).create(config, workplace.environment);
    return workOn(run, workplace, out);
  });
}

const flagPaths = {
  model: ["model", "kind"],
  data: ["data", "name"],
  dataDir: ["data", "dataDir"],
  count: ["data", "count"],
  loss: ["loss"],
  optimizer: ["optimizer", "kind"],
  learningRate: ["optimizer", "learningRate"],
  batchSize: ["batchSize"],
  steps: ["steps"],
  seed: ["seed"],
  name: ["name"],
} as const;

function flagOverrides(flags: TrainFlags): Override[] {
  return Object.entries(flagPaths).flatMap(([key, path]) => {
    const value = flags[key as keyof typeof flagPaths];
    if (value === undefined) return [];
    const origin = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${value}`;
    return [{ path, value: key === "learningRate" ? numberOr(String(value)) : value, origin }];
  });
}

const numberOr = (text: string) =>
  text.trim() !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
