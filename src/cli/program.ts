import type * as Typed from "@commander-js/extra-typings";
import * as commander from "commander";
import { readFileSync } from "node:fs";
import { exitCodes, guarded } from "./exit.ts";

// The types infer each command's options; loading them as code would only cost time.
const { Argument, Command, InvalidArgumentError, Option } = commander as unknown as typeof Typed;

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError("a whole number is needed.");
  return value;
};
const positiveNumber = (text: string): number => {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError("a number from 1 is needed.");
  return value;
};
const anyNumber = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new InvalidArgumentError("a number is needed.");
  return value;
};
const integer = (text: string): number => {
  const value = anyNumber(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("a whole number is needed.");
  return value;
};
const share = (text: string): number => {
  const value = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("a share such as 0.15 or 15% is needed.");
  return value;
};
const several = (text: string, before: string[] | undefined) => [...(before ?? []), text];

const setOption = () =>
  new Option(
    "--set <key=value>",
    "change a setting, as in --set optimizer.learningRate=0.02",
  ).argParser(several);
const runsOption = () => new Option("--runs <folder>", "folder of the runs").default("runs");
const jsonOption = () => new Option("--json", "one line of JSON for each event, for programs");
const quietOption = () => new Option("--quiet", "no progress and no summary");
const threadsOption = () =>
  new Option("--threads <n>", "threads of one computation (default: one for each core)").argParser(
    positiveNumber,
  );

/** The command line. Only names and options live here: a command's code is loaded when it is called. */
export function program(): Typed.Command {
  const root = new Command("thalweg")
    .description("A laboratory for the dynamics of stochastic gradient descent.")
    .version(version(), "--version", "the version")
    .helpOption("-h, --help", "this help")
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false })
    .configureOutput({ outputError: (text, write) => write(text.replace(/\.?\n$/, "\n")) })
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage);
    });

  root
    .command("train")
    .description("train a model, measure as it goes, keep everything in a folder")
    .argument("[config]", "YAML or JSON file (thalweg schema prints its JSON Schema)")
    .addOption(new Option("--model <kind>", "mlp, cnn, resnet8, vgg11, or an ONNX file"))
    .addOption(new Option("--data <name>", "fashion-mnist, mnist, cifar10, or a file or folder"))
    .addOption(new Option("--data-dir <folder>", "where to look for data first"))
    .addOption(new Option("--count <n>", "only the first n samples").argParser(positiveNumber))
    .addOption(new Option("--loss <name>", "cross-entropy, squared-error, …"))
    .addOption(new Option("--optimizer <kind>", "sgd, momentum, nesterov, adam, adamw, rmsprop"))
    .addOption(new Option("--learning-rate <eta>", "learning rate"))
    .addOption(new Option("--batch-size <b>", "samples a step").argParser(positiveNumber))
    .addOption(new Option("--steps <n>", "steps in all").argParser(positiveNumber))
    .addOption(new Option("--seed <n>", "of the first parameters and the data order"))
    .addOption(new Option("--name <name>", "of the run and its folder"))
    .addOption(
      new Option(
        "--track [share]",
        "follow batch sharpness and λmax, for a share of the training time (0.15)",
      ).argParser(share),
    )
    .addOption(setOption())
    .addOption(runsOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText(
      "after",
      `
Ctrl-C writes a checkpoint and ends with 130; thalweg resume goes on, bit for bit.
Exit codes: 0 done, 1 error, 2 wrong usage or config, 3 diverged, 130 interrupted,
141 output no longer read.

  $ thalweg train --model mlp --data fashion-mnist --count 1024 \\
      --learning-rate 0.05 --batch-size 32 --steps 500`,
    )
    .action((config, options) =>
      guarded(async () => (await import("./commands/train.ts")).train(config, options)),
    );

  root
    .command("runs")
    .description("list the runs of a folder")
    .addOption(new Option("--dir <folder>", "folder of the runs").default("runs"))
    .addOption(jsonOption())
    .action((options) => guarded(async () => (await import("./commands/runs.ts")).runs(options)));

  root
    .command("resume")
    .description("go on with a run that was interrupted or killed, bit for bit")
    .argument("<run>", "name in the folder of the runs, or a path")
    .addOption(runsOption())
    .addOption(new Option("--force", "even where a process seems to be at work on it"))
    .addOption(threadsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .action((run, options) =>
      guarded(async () => (await import("./commands/resume.ts")).resume(run, options)),
    );

  root
    .command("fork")
    .description("begin a new run from a step of another, with settings changed")
    .argument("<run>", "name in the folder of the runs, or a path")
    .addOption(
      new Option("--at <step>", "step to begin from").argParser(wholeNumber).makeOptionMandatory(),
    )
    .addOption(setOption())
    .addOption(new Option("--name <name>", "of the new run and its folder"))
    .addOption(runsOption())
    .addOption(threadsOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText(
      "after",
      `
  $ thalweg fork mlp-fashion-mnist --at 200 --set optimizer.learningRate=0.1`,
    )
    .action((run, options) =>
      guarded(async () => (await import("./commands/fork.ts")).fork(run, options)),
    );

  root
    .command("inspect")
    .description("measure the curvature and gradient noise of an ONNX model")
    .argument("<model...>", "an ONNX file, or two to compare")
    .addOption(new Option("--data <file>", "NPZ with x and y, IDX, CIFAR binary, CSV, or a folder"))
    .addOption(new Option("--loss <name>", "cross-entropy, squared-error, …"))
    .addOption(new Option("--target <column>", "target column of a CSV, by name or number"))
    .addOption(
      new Option("--samples <n>", "only so many, drawn by the seed").argParser(positiveNumber),
    )
    .addOption(new Option("--batch <b>", "samples of a mini-batch (32)").argParser(positiveNumber))
    .addOption(new Option("--learning-rate <eta>", "say where it lies").argParser(anyNumber))
    .addOption(new Option("--weight-decay <lambda>", "for the limits").argParser(anyNumber))
    .addOption(new Option("--optimizer <kind>", "sgd, momentum:0.9, nesterov:0.9, adam, …"))
    .addOption(new Option("--optimizer-state <file>", "safetensors or NPZ with exp_avg, …, step"))
    .addOption(new Option("--weights <glob>", "safetensors checkpoints of this model"))
    .addOption(new Option("--map <file>", "JSON: names in the model to names in the checkpoints"))
    .addOption(new Option("--class-weights <file>", "JSON list or NPZ with one array"))
    .addOption(new Option("--ignore-index <i>", "targets that do not count").argParser(integer))
    .addOption(new Option("--batchnorm <which>", "stored (default) or batch statistics"))
    .addOption(new Option("--output <name>", "of the model's outputs"))
    .addOption(new Option("--freeze <glob>", "parameters to hold constant").argParser(several))
    .addOption(new Option("--only <glob>", "parameters to measure").argParser(several))
    .addOption(new Option("--untie", "copies of tied weights are parameters of their own"))
    .addOption(new Option("--measure <list>", "such as hessian.top:3,alignment, or all"))
    .addOption(new Option("--until <rule>", "such as 'stderr<1%'"))
    .addOption(new Option("--exact", "sums and enumerations in place of estimates"))
    .addOption(new Option("--replacement", "batches with replacement"))
    .addOption(new Option("--precision <p>", "f32 or f64 (default: f32, f64 with --exact)"))
    .addOption(new Option("--memory <bytes>", "such as 2GB"))
    .addOption(new Option("--json <file>", "the results, schema thalweg/inspect@1"))
    .addOption(new Option("--report <file>", "the results as one HTML file"))
    .addOption(new Option("--vectors <file>", "u₁ … u_k as safetensors"))
    .addOption(new Option("--parquet <file>", "a table of the checkpoints (--weights)"))
    .addOption(new Option("--seed <n>", "of samples, batches and probes"))
    .addOption(threadsOption())
    .addOption(quietOption())
    .addHelpText(
      "after",
      `
Ctrl-C keeps what is finished.

  $ thalweg inspect model.onnx --data data.npz --loss cross-entropy --learning-rate 0.1`,
    )
    .action((models, options) =>
      guarded(async () => (await import("./commands/inspect.ts")).inspectCommand(models, options)),
    );

  root
    .command("escape")
    .description("measure the mean time to leave a well, and hold theory against it")
    .addOption(
      new Option("--potential <V>", "a formula such as 'x^4/4 - x^2/2', or a catalogue name"),
    )
    .addOption(new Option("--diffusion <D>", "a number, or a formula of the coordinates"))
    .addOption(new Option("--start <x>", "coordinates, with commas between"))
    .addOption(new Option("--exit <condition>", "such as 'x > 0', 'V > 0.2', 'r > 1'"))
    .addOption(new Option("--reflect <condition>", "a wall such as 'x < -4'").argParser(several))
    .addOption(new Option("--noise <kind>", "constant (default), hessian, quadratic, sgd, levy, …"))
    .addOption(new Option("--batch <B>", "batch size, for hessian and sgd noise"))
    .addOption(
      new Option(
        "--set <name=value>",
        "an option of the noise, or a parameter of the landscape",
      ).argParser(several),
    )
    .addOption(new Option("--eta <step>", "length of a step (0.001)"))
    .addOption(new Option("--walkers <n>", "independent particles (4000)"))
    .addOption(new Option("--horizon <T>", "time after which a walker is given up"))
    .addOption(new Option("--dimension <d>", "of landscapes that exist in any"))
    .addOption(new Option("--precision <p>", "f32 (default) or f64"))
    .addOption(new Option("--convention <name>", "ito (default), stratonovich, anti-ito"))
    .addOption(
      new Option("--scheme <kind>", "euler-maruyama, milstein, stochastic-heun, sgd, baoab"),
    )
    .addOption(new Option("--target <which>", "continuous, or discrete: the recursion itself"))
    .addOption(new Option("--generator <name>", "xoshiro128++ (default) or philox"))
    .addOption(new Option("--sweep <range>", "such as diffusion=0.08:0.2:8, eta=0.001:0.016:5:log"))
    .addOption(new Option("--etas <list>", "3 steps or more, to extrapolate to step 0"))
    .addOption(new Option("--json <file>", "the results (thalweg schema escape)"))
    .addOption(new Option("--report <file>", "the results as one HTML file"))
    .addOption(
      new Option("--run <run>", "from a training: its name in the folder of the runs, or a path"),
    )
    .addOption(new Option("--at <step>", "of the training to leave from").argParser(wholeNumber))
    .addOption(runsOption())
    .addOption(new Option("--seed <n>", "of the walkers (1)"))
    .addOption(
      new Option("--jobs <n>", "processes (default: one for each core)").argParser(positiveNumber),
    )
    .addOption(new Option("--yes", "also what takes longer than ten minutes"))
    .addOption(quietOption())
    .addHelpText(
      "after",
      `
Formulas know + - * / ^, exp, log, sqrt, abs, sin, cos, tan, tanh, erf, min, max, pi, e, and the
coordinates x, y, z or x1 … xd; conditions also <, >, and, or, V and r, the distance from the start.
With --run the exit is of V, the loss, V0, that at the checkpoint, and r, the distance from it; --eta and
--batch are the run's unless given; --set knows every, samples, replicas. Ctrl-C keeps what has been seen.

  $ thalweg escape --potential "x^4/4 - x^2/2" --diffusion 0.1 --start -1 --exit "x > 0"
  $ thalweg escape --run mlp-fashion-mnist --at 500 --exit "r > 0.5"`,
    )
    .action((options) =>
      guarded(async () =>
        options.run === undefined
          ? (await import("./commands/escape.ts")).escape(options)
          : (await import("./commands/escape-run.ts")).escapeRun(options),
      ),
    );

  root
    .command("reproduce")
    .description("hold a paper's claims against measurements made here")
    .argument("<paper>", "one of those below, or all")
    .addOption(
      new Option("--scale <scale>", "quick: minutes; standard: an hour or more; paper: days")
        .choices(["quick", "standard", "paper"] as const)
        .default("quick" as const),
    )
    .addOption(new Option("--claims <list>", "only these claims or experiments, between commas"))
    .addOption(new Option("--seeds <n>", "independent seeds").argParser(positiveNumber))
    .addOption(new Option("--seed <n>", "first seed"))
    .addOption(
      new Option("--jobs <n>", "processes (default: one for each core)").argParser(positiveNumber),
    )
    .addOption(new Option("--report <folder>", "where the pages go").default("."))
    .addOption(new Option("--figures <folder>", "also write each figure as SVG"))
    .addOption(new Option("--markdown <folder>", "also write PAPER.md with its figures in PAPER/"))
    .addOption(new Option("--json <file>", "also write the verdicts, schema thalweg/verdicts@1"))
    .addOption(new Option("--data-dir <folder>", "where to look for data first"))
    .addOption(runsOption())
    .addOption(quietOption())
    .addHelpText(
      "after",
      `
  eoss           the edge of stochastic stability (Andreyev & Beneventano 2024)
  ddt            a diffusion theory of escape (Xie, Sato & Sugiyama 2021)
  power-law      state-dependent noise and its power law (Meng et al. 2020)
  anisotropic    noise along the curvature (Zhu et al. 2019)
  three-factors  learning rate, batch size, gradient noise (Jastrzębski et al. 2017)
  all            every paper, a page each and an index

  $ thalweg reproduce eoss --scale quick`,
    )
    .action((paper, options) =>
      guarded(async () => (await import("./reproduce.ts")).reproduceCommand(paper, options)),
    );

  root
    .command("schema")
    .description("print the JSON Schema of a training config, for editors")
    .addArgument(
      new Argument("[of]", "train: a config; escape: the results of thalweg escape")
        .choices(["train", "escape"] as const)
        .default("train" as const),
    )
    .action((of) => guarded(async () => (await import("./commands/schema.ts")).schema(of)));

  return root;
}

function version(): string {
  const path = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
