import { readBytes } from "../../node/files/index.ts";
import { folderStore } from "../../node/store/index.ts";
import { initialState } from "../../learn/index.ts";
import { planTracking } from "../../measure/index.ts";
import {
  ConfigError,
  type Override,
  parseOverride,
  parseTraining,
  prepare,
  readConfigText,
  settled,
  type TrainingConfig,
  type Workplace,
} from "../../run/index.ts";
import type { Output } from "../output.ts";
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
  /** Share of the training time that tracking may add; true for the default. */
  readonly track?: number | true | undefined;
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
    const own = await settled(config, workplace.data);
    const whole = flags.track === undefined ? own : await tracked(own, flags.track, workplace, out);
    await prepare(whole, workplace.data); // what cannot be trained leaves no run behind
    const run = await folderStore(flags.runs).create(whole, workplace.environment);
    return workOn(run, workplace, out);
  });
}

/** The config with probes that keep to the share; what was timed is settled here, so that a resumed run repeats it. */
async function tracked(
  config: TrainingConfig,
  share: number | true,
  { runtime, data }: Workplace,
  out: Output,
): Promise<TrainingConfig> {
  const { training } = await prepare(config, data);
  const plan = await planTracking(runtime, training, initialState(training), {
    ...(share !== true && { budget: share }),
  });
  const { stride, lambdaMaxEvery, lambdaMaxSamples } = plan;
  out.say(
    `tracking: batch sharpness of every ${stride === 1 ? "" : `${ordinal(stride)} `}training batch, λmax of ${lambdaMaxSamples} samples every ${lambdaMaxEvery} steps`,
  );
  const tracking: TrainingConfig["probes"] = [
    { kind: "step-curvature", stride },
    { kind: "batch-sharpness-streaming", every: Math.max(stride, lambdaMaxEvery), window: 64 },
    { kind: "lambda-max", every: lambdaMaxEvery, tolerance: 1e-3, samples: lambdaMaxSamples },
  ];
  const own = new Set<string>(tracking.map(({ kind }) => kind));
  return {
    ...config,
    probes: [...config.probes.filter(({ kind }) => !own.has(kind)), ...tracking],
  };
}

function ordinal(n: number): string {
  const last = n % 100;
  const suffix = last >= 11 && last <= 13 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${suffix}`;
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
  return Object.entries(flagPaths).flatMap(([key, path]): Override[] => {
    const value = flags[key as keyof typeof flagPaths];
    if (value === undefined) return [];
    const origin = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${value}`;
    // A model that is a file is named by it.
    if (key === "model" && /\.onnx$/i.test(String(value)))
      return [
        { path: ["model", "kind"], value: "onnx", origin },
        { path: ["model", "file"], value, origin },
      ];
    return [{ path, value: key === "learningRate" ? numberOr(String(value)) : value, origin }];
  });
}

const numberOr = (text: string) =>
  text.trim() !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
