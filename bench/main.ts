// npm run bench -- NAME [--runs N] [--only WORD] [--no-peer]
import { describeMachine } from "./machine.ts";
import { options } from "./options.ts";

const benchmarks: Readonly<Record<string, () => Promise<{ run: () => Promise<void> }>>> = {
  hvp: () => import("./hvp.ts"),
  linear: () => import("./linear.ts"),
  "train-step": () => import("./train-step.ts"),
  particles: () => import("./particles.ts"),
  spectrum: () => import("./spectrum.ts"),
  track: () => import("./track.ts"),
  transfer: () => import("./transfer.ts"),
};

const { name } = options;
const load = name === undefined ? undefined : benchmarks[name];
if (load === undefined) {
  console.error(
    `the benchmark must be one of ${Object.keys(benchmarks).join(", ")}, got ${name ?? "nothing"}`,
  );
  process.exitCode = 2;
} else {
  describeMachine();
  const { run } = await load();
  await run();
}
