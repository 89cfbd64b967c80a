// The page of an escape, from real runs: its words, its figures, and how it stands in a browser.
import { expect, suite, test } from "vitest";
import {
  escapeProblem,
  escapeResult,
  type EscapeResult,
  type EscapeSpec,
  followReplicas,
  frozen,
  replicaExit,
  type ReplicaResult,
  replicaResult,
  type ReplicaSpec,
  replicaTheory,
  sweepResult,
  theoryOf,
  withValue,
} from "../../src/diffusion/index.ts";
import { initialState } from "../../src/learn/index.ts";
import { createDocument } from "../../src/node/dom/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { escapePage, escapeReport } from "../../src/report/index.ts";
import { doubleWell, exitsOf } from "../escape/specs.ts";
import { smallTraining } from "../learn/trainings.ts";
import { browserOfSuite, found } from "./browser.ts";

const options = { command: "thalweg escape …", versions: [{ name: "thalweg", value: "0" }] };

function resultOf(spec: EscapeSpec, horizon = 1e6): EscapeResult {
  const problem = escapeProblem(spec);
  const exits = exitsOf(spec, horizon);
  const throughput = { particleSteps: 1e6, seconds: 1, particleStepsPerSecond: 1e6, processes: 1 };
  return escapeResult(problem, theoryOf(problem), {
    exits,
    horizon,
    interrupted: false,
    throughput,
  });
}

const line: EscapeSpec = { ...doubleWell, walkers: 400 };
const plane: EscapeSpec = {
  ...line,
  potential: { kind: "catalogue", name: "double-well" },
  dimension: 2,
  start: [-1, 0],
  walkers: 200,
};
const sweep = () => {
  const values = [0.12, 0.15, 0.2, 0.3];
  const points = values.map((value) => ({
    value,
    result: resultOf(withValue(line, "diffusion", value, [])),
  }));
  return sweepResult(line, "diffusion", points, false);
};

/** Twelve replicas of a small network's first parameters, until they are 0.3 away. */
async function replicas(): Promise<ReplicaResult> {
  await using runtime = nodeRuntime({ threads: 1 });
  const training = frozen(smallTraining(), 0);
  const checkpoint = initialState(training);
  const exit = replicaExit("r > 0.3", 1);
  const spec: ReplicaSpec = { run: "small", at: 0, exit: exit.text, eta: 0.05, batchSize: 4, walkers: 12, replicas: 4, every: 1, samples: 22, seed: "1" }; // prettier-ignore
  const theory = await replicaTheory(runtime, training, checkpoint, exit, spec);
  const walking = followReplicas(runtime, { ...spec, training, checkpoint, exit, from: 0, to: 12, horizon: 2000, tracks: 3 }); // prettier-ignore
  let next = await walking.next();
  while (next.done !== true) next = await walking.next();
  const throughput = { particleSteps: 1e3, seconds: 1, particleStepsPerSecond: 1e3, processes: 1 };
  const run = { exits: next.value, horizon: 2000, interrupted: false, throughput };
  return replicaResult({ spec, training, exit, theory }, run);
}

const textOf = (html: string) => html.replaceAll(/<(style|script|svg)[\s\S]*?<\/\1>/g, "");

suite("escapeReport", () => {
  test("in one dimension: landscape, paths, survival, theory, numbers", () => {
    const result = resultOf(line);
    const page = escapePage(result, options);
    expect(page.sections.map(({ id }) => id)).toEqual([
      "landscape",
      "survival",
      "theory",
      "numbers",
    ]);
    expect(page.kicker).toBe("V = x^4/4 - x^2/2 · constant noise · continuous target");
    expect(page.lead[0]).toMatch(/400 walkers took .* Quadrature says 30\.8/);
    const text = textOf(escapeReport(result, createDocument(), options));
    expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  test("in two dimensions the walkers' ways lie over contours of V", () => {
    const [landscape] = escapePage(resultOf(plane), options).sections;
    const [block] = landscape.blocks;
    if (block.kind !== "figure" || block.figure.kind !== "contours")
      throw new Error("the first figure must be contours");
    expect(block.figure.paths?.length).toBeGreaterThan(0);
    // The saddle at the origin has V = 0 and is the fifth level.
    expect(block.figure.levels[4]).toBeCloseTo(0, 6);
  });

  test("a sweep: ln τ against what theory names, with both slopes", () => {
    const found_ = sweep();
    const page = escapePage(found_, options);
    expect(page.sections[0].title).toBe("ln τ against 1/diffusion");
    const [block] = page.sections[0].blocks;
    if (block.kind !== "figure" || block.figure.kind !== "line-fit")
      throw new Error("the first figure must be a fit");
    expect(block.figure.lines.map(({ label }) => label)).toEqual(["fit", "theory"]);
    const { points } = block.figure.series[0];
    expect(points.map(({ x }) => x)).toEqual([0.12, 0.15, 0.2, 0.3].map((d) => 1 / d));
    expect(textOf(escapeReport(found_, createDocument(), options))).not.toMatch(/NaN|undefined/);
  });

  test("replicas of a checkpoint: where they start, their ways, survival, theory, numbers", async () => {
    const result = await replicas();
    const page = escapePage(result, options);
    expect(page.sections.map(({ id }) => id)).toEqual([
      "checkpoint",
      "ways",
      "survival",
      "theory",
      "numbers",
    ]);
    expect(page.kicker).toBe("small at step 0 · squared-error · sgd");
    expect(page.lead[0]).toMatch(/^From step 0 of small \(mlp-7-6, random\) until r > 0\.3, 12 replicas with batches of 4 at learning rate 0\.05 took \d/); // prettier-ignore
    const text = textOf(escapeReport(result, createDocument(), options));
    expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  test("nobody left: the page says what is known", () => {
    const page = escapePage(resultOf(line, 4), options);
    expect(page.lead[0]).toMatch(/longer than they were followed: the mean is above/);
  });
});

suite.skipIf(!found)("escapeReport in Chromium", () => {
  const { put, visit } = browserOfSuite();
  test.each<[string, () => string | Promise<string>]>([
    ["replicas", async () => escapeReport(await replicas(), createDocument(), options)],
    ["line", () => escapeReport(resultOf(line), createDocument(), options)],
    ["plane", () => escapeReport(resultOf(plane), createDocument(), options)],
    ["sweep", () => escapeReport(sweep(), createDocument(), options)],
  ])("%s: whole at 1280 and at 390 pixels, without complaint", async (name, make) => {
    const address = put(`escape-${name}`, await make());
    for (const [width, scheme] of [
      [1280, "light"],
      [390, "dark"],
    ] as const) {
      const { page, complaints, requests } = await visit(address, width, scheme);
      expect(complaints).toEqual([]);
      expect(requests.filter((url) => !url.startsWith("file:"))).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
      await page.close();
    }
  });
});
