// The memory of a run of many particles, by the compiled library in a process of its own: prints, in bytes,
// what it had after a small run of the same loop and its peak after the large one.
import { diffusion } from "../../dist/index.js";

const [particles, steps] = process.argv.slice(2).map(Number);
const problem = diffusion.escapeProblem({
  potential: { kind: "formula", formula: "x^4/4 - x^2/2" },
  parameters: {},
  noise: { kind: "constant", diffusion: 0.1 },
  convention: "ito",
  scheme: { kind: "euler-maruyama" },
  start: [-1],
  exit: "x > 3",
  reflect: [],
  eta: 0.01,
  walkers: particles,
  precision: "f32",
  generator: "xoshiro128++",
  target: "continuous",
  seed: "1",
});

function run(count, horizon) {
  const walking = diffusion.runWalkers(problem, { from: 0, to: count, horizon });
  for (;;) {
    const { done, value } = walking.next();
    if (done) return value;
  }
}

run(2048, 200);
const before = process.memoryUsage().rss;
const exits = run(particles, steps);
const followed = exits.steps.reduce((sum, n) => sum + n, 0);
const peak = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ before, peak, followed }));
