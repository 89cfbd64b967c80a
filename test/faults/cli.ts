import { type ChildProcess, spawn } from "node:child_process";
import { main } from "./built.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Start the program as a user does; the data is the shipped one. */
export function start(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, THALWEG_DATA: "", THALWEG_DEBUG: "", NO_COLOR: "1", ...env },
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, ended };
}

export const thalweg = (args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}) =>
  start(args, cwd, env).ended;

/** A small, fast training whose every part has a state: momentum, shuffled epochs with a short last batch. */
export const smallConfig = `
name: small
model: { kind: mlp, hidden: [24], activation: tanh }
data: { name: fashion-mnist, count: 200, labelNoise: { fraction: 0.3 } }
optimizer: { kind: momentum, learningRate: 0.05, momentum: 0.9 }
batchSize: 16
steps: 3000
seed: 7
checkpointEvery: 150
probes:
  - { kind: full-loss, every: 100 }
  - { kind: lambda-max, every: 250 }
  - { kind: batch-sharpness, every: 500, maxSamples: 64 }
  - { kind: step-curvature, stride: 40 }
`;
