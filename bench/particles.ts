// Particles in landscapes, each asked at every step whether it has left, against NumPy, PyTorch and plain
// JavaScript. A piece of work is 1,024 particles for 1,000 steps.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { options } from "./options.ts";
import { type LoopCase, loopOf } from "./particles-loop.ts";
import { type Peer, startPeer } from "./peer.ts";
import { printComparison } from "./table.ts";
import { type Contender, interleave, median, type Timed, timed } from "./timing.ts";

const steps = 1000;
const particles = 1024;
const work = particles * steps;

const well: LoopCase = {
  potential: "double-well",
  precision: "f32",
  generator: "xoshiro128++",
  eta: 0.001,
  diffusion: 0.1,
  start: [-1],
  exit: 1e6,
};
const muller: LoopCase = {
  ...well,
  potential: "muller-brown",
  eta: 1e-5,
  diffusion: 10,
  start: [-0.5582, 1.4417],
};
const zhu: LoopCase = { ...well, potential: "zhu-toy", eta: 0.005, diffusion: 0.5, start: [1, 1] };

export async function run(): Promise<void> {
  const peer = options.peer ? await particlePeer() : undefined;
  const cases: [string, LoopCase, string[], number | undefined][] = [
    ["double-well", well, ["numpy well", "torch well"], 4],
    ["double-well-philox", { ...well, generator: "philox4x32-10" }, ["numpy well"], undefined],
    ["double-well-f64", { ...well, precision: "f64" }, [], undefined],
    ["muller-brown", muller, ["numpy muller"], undefined],
    ["zhu-toy", zhu, [], undefined],
  ];
  for (const [label, loop, peers, target] of cases)
    if (options.wanted(label)) await compare(label, loop, peers, target, peer);
  await peer?.[Symbol.asyncDispose]();
}

async function particlePeer(): Promise<Peer | undefined> {
  try {
    const peer = await startPeer("particles_peer.py", 1);
    console.log(`peer      ${peer.version}`);
    return peer;
  } catch (error) {
    console.log(`peer      missing: ${(error as Error).message}`);
    return undefined;
  }
}

async function compare(
  label: string,
  loop: LoopCase,
  peers: readonly string[],
  target: number | undefined,
  peer: Peer | undefined,
): Promise<void> {
  const own = loopOf(loop);
  const beside = await worker(loop);
  const contenders: Contender[] = [
    {
      name: "Thalweg",
      side: "ours",
      threads: 1,
      run: (repeats) =>
        timed(1, async () => {
          for (let k = 0; k < repeats; k++) own.advance(steps);
        }),
    },
    {
      name: "Thalweg",
      side: "ours",
      threads: 2,
      run: (repeats) =>
        timed(1, async () => {
          const half = Math.ceil(repeats / 2);
          const done = beside.run(half);
          for (let k = 0; k < repeats - half; k++) own.advance(steps);
          await done;
        }),
    },
    ...(label === "double-well" ? [plainJavaScript(loop)] : []),
  ];
  for (const name of peer === undefined ? [] : peers)
    for (const threads of [1, 2])
      for (const chunk of [512, 4096, 16_384]) contenders.push(contender(peer!, name, loop, chunk, threads)); // prettier-ignore
  const timings = await interleave(contenders);
  printComparison(`${label}, ${loop.generator}, ${loop.precision}`, timings, target);
  report(timings, own.operations, own.lanes);
  await beside.stop();
}

/** Millions of particle-steps a second, against what three vector units could do at most. */
function report(timings: readonly Timed[], operations: number, lanes: number): void {
  for (const { name, threads, seconds } of timings)
    console.log(
      `  ${name}, ${threads} thread${threads > 1 ? "s" : ""}: ${(work / median(seconds) / 1e6).toPrecision(3)} M particle-steps/s`,
    );
  const [one, two] = timings.filter(({ side }) => side === "ours");
  const rate = work / Math.min(...one.seconds);
  console.log(
    `  ${operations} SIMD instructions a step of ${lanes} particles: at most ${((3 * lanes) / operations).toFixed(3)} ` +
      `particle-steps a cycle on three vector units; at its best ${(rate / 1e6).toPrecision(3)} M/s, as many as a bound ` +
      `at ${((rate * operations) / (3 * lanes) / 1e9).toFixed(2)} GHz`,
  );
  console.log(
    `  parallel efficiency ${((median(one.seconds) / median(two.seconds) / 2) * 100).toFixed(0)} %`,
  );
}

async function worker(
  loop: LoopCase,
): Promise<{ run(rounds: number): Promise<void>; stop(): Promise<void> }> {
  const thread = new Worker(new URL("./particles-loop.js", import.meta.url), { workerData: loop });
  const run = async (rounds: number) => {
    const done = once(thread, "message");
    thread.postMessage(rounds, []);
    await done;
  };
  await run(1);
  return { run, stop: async () => void (await thread.terminate()) };
}

function contender(
  peer: Peer,
  name: string,
  loop: LoopCase,
  chunk: number,
  threads: number,
): Contender {
  const each = chunk * threads;
  return {
    name: `${name}, chunks of ${chunk}`,
    side: "peer",
    threads,
    async run(repeats) {
      // The same particle-steps, in pieces that are whole chunks.
      const asked = Math.max(each, Math.round((work * repeats) / steps / each) * each);
      const { seconds } = await peer.ask({
        command: "run",
        work: name,
        threads,
        steps,
        chunk,
        particles: asked,
        h: loop.eta,
        s: Math.sqrt(2 * loop.diffusion * loop.eta),
        b: loop.exit,
      });
      return (Number(seconds) * work * repeats) / (asked * steps);
    },
  };
}

/** What one writes without a library: Math.random, Box and Muller's pairs, one particle after the other. */
function plainJavaScript({ eta, diffusion, exit }: LoopCase): Contender {
  const scale = Math.sqrt(2 * diffusion * eta);
  const x = new Float32Array(particles).fill(-1);
  let left = 0;
  const advance = () => {
    for (let i = 0; i < particles; i++) {
      let at = x[i];
      for (let k = 0; k < steps; k += 2) {
        const r = Math.sqrt(-2 * Math.log(1 - Math.random()));
        const angle = 2 * Math.PI * Math.random();
        at += eta * (at - at * at * at) + scale * r * Math.cos(angle);
        if (at > exit) left++;
        at += eta * (at - at * at * at) + scale * r * Math.sin(angle);
        if (at > exit) left++;
      }
      x[i] = at;
    }
    return left;
  };
  return {
    name: "plain JavaScript",
    side: "gemm",
    threads: 1,
    run: (repeats) =>
      timed(1, async () => {
        for (let k = 0; k < repeats; k++) advance();
      }),
  };
}
