import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, suite, test } from "vitest";

const folder = fileURLToPath(new URL(".", import.meta.url));
const run = promisify(execFile);

/** What an example prints, in a process of its own, as a user runs it. */
async function printed(name: string): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, [`${folder}run.mjs`, name]);
  expect(stderr).toBe("");
  return stdout;
}

/** The numbers after a label at a line's beginning. */
function numbers(output: string, label: string): number[] {
  const line = output.split("\n").find((candidate) => candidate.startsWith(label));
  expect(line, `a line that begins with ${label}`).toBeDefined();
  return [...line!.slice(label.length).matchAll(/-?\d+(\.\d+)?/g)].map(([digits]) =>
    Number(digits),
  );
}

const tests: Readonly<Record<string, (output: string) => void>> = {
  "differentiate-twice": (output) => {
    // Rosenbrock at (−1.2, 1), by hand.
    const close = (label: string, expected: number[]) => {
      const found = numbers(output, label);
      expect(found).toHaveLength(expected.length);
      expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 9));
    };
    close("f ", [24.2]);
    close("∇f ", [-215.6, -88]);
    close("∇²f·v", [1810, 680]);
    close("∇²f ", [1330, 480, 480, 200]);
  },
  "train-fashion-mnist": (output) => {
    // 784·64 + 64·64 + 64·10 weights and 138 biases; an untrained network's loss is near log 10.
    expect(output).toContain("mlp-64-64, 55050 parameters");
    const [first] = numbers(output, "step 0: cross-entropy");
    const [last] = numbers(output, "step 400: cross-entropy");
    expect(first).toBeGreaterThan(Math.log(10) / 2);
    expect(last).toBeLessThan(first / 5);
    expect(output).toContain("finished at step 400");
    const [right] = output.match(/\d+(?= of 1024 images right)/)!;
    expect(Number(right)).toBeGreaterThan(900);
  },
  "edge-of-stability": (output) => {
    const [, start, sharp, batch] = [0, ...numbers(output, "0 ")];
    const [loss, lastSharp, lastBatch] = numbers(output, "2000");
    expect(loss).toBeLessThan(start / 10);
    // Progressive sharpening in the batches, to near the edge; λmax stays well below it.
    expect(lastBatch).toBeGreaterThan(2 * batch);
    expect(lastBatch).toBeGreaterThan(0.6);
    expect(lastBatch).toBeLessThan(1.2);
    expect(lastSharp).toBeLessThan(lastBatch);
    expect(sharp).toBeGreaterThan(0);
  },
  "fork-a-run": (output) => {
    const peaks = [...output.matchAll(/loss at most ([\d.]+)/g)].map((match) => Number(match[1]));
    expect(peaks).toHaveLength(2);
    expect(peaks[0]).toBeLessThan(3); // going on as before
    expect(peaks[1]).toBeGreaterThan(20); // the catapult
  },
  "sharpness-family": (output) => {
    expect(output).toContain("220 batches of 3 from 12 samples");
    const [lambda] = numbers(output, "lambda-max");
    const [batch] = numbers(output, "batch-sharpness ");
    const [miniBatch] = numbers(output, "mini-batch-sharpness");
    const [sampled, stderr] = numbers(output, "sampled");
    // Exact inequalities: a Rayleigh quotient is below the eigenvalue; Jensen.
    expect(batch).toBeLessThanOrEqual(miniBatch);
    expect(lambda).toBeLessThanOrEqual(miniBatch);
    expect(Math.abs(sampled - batch)).toBeLessThan(4 * stderr);
  },
};

suite("examples", () => {
  test("each has a test", () => {
    const names = readdirSync(folder)
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .map((file) => file.slice(0, -3));
    expect(Object.keys(tests).sort()).toEqual(names.sort());
  });

  test.each(Object.entries(tests))("%s prints what it should", async (name, check) => {
    check(await printed(name));
  });
});
