// `thalweg escape` as it is shipped: its numbers, its file, the same bits for any number of processes.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, suite, test } from "vitest";
import type { EscapeResult, SweepResult } from "../../src/diffusion/index.ts";
import { escapeResultSchema } from "../../src/run/index.ts";
import { start, thalweg } from "../faults/cli.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "thalweg-escape-"));
});
afterAll(() => rm(folder, { recursive: true }));

const well = ["escape", "--potential", "x^4/4 - x^2/2", "--start", "-1", "--exit", "x > 0"];
const read = async (file: string): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, file), "utf8"));

suite("thalweg escape", () => {
  test("gives the same bits with 1, 2 and 3 processes, in a file that its schema takes", async () => {
    const found = await Promise.all(
      [1, 2, 3].map(async (jobs) => {
        const file = `${jobs}.json`;
        const args = `--diffusion 0.1 --eta 0.02 --walkers 2000 --jobs ${jobs} --json ${file}`;
        const { code, err, out } = await thalweg([...well, ...args.split(" ")], folder);
        expect({ code, err }).toMatchObject({ code: 0 });
        expect(out).toMatch(/mean first-passage time {2}\d/);
        const json = await read(file);
        expect(escapeResultSchema.safeParse(json).error).toBeUndefined();
        const { throughput, ...rest } = json as EscapeResult;
        expect(throughput.particleSteps).toBeGreaterThan(1e6);
        return rest;
      }),
    );
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
    const { meanFirstPassageTime: mean, theory, exit, steps, target } = found[0];
    expect(Math.abs(mean.value! - 30.8213) / mean.stderr!).toBeLessThan(4);
    expect(steps.value! * 0.02).toBeCloseTo(mean.value!, 9);
    expect(theory.quadrature.time).toBeCloseTo(30.8213, 4);
    expect(exit).toEqual({ text: "x > 0", kind: "half-space", bridged: true });
    expect(target).toBe("continuous");
  });

  test("a sweep fits ln τ against 1/D, with the slope by theory", async () => {
    const args = "--diffusion 1 --eta 0.01 --walkers 1500 --sweep diffusion=0.08:0.16:4 --json s.json --quiet"; // prettier-ignore
    const { code, out, err } = await thalweg([...well, ...args.split(" ")], folder);
    expect({ code, out, err }).toEqual({ code: 0, out: "", err: "" });
    const json = await read("s.json");
    expect(escapeResultSchema.safeParse(json).error).toBeUndefined();
    const { points, predicted, fits, theoreticalSlope, againstTheory } = json as SweepResult;
    expect(points.map(({ value }) => value)).toEqual([0.08, 0.106666666667, 0.133333333333, 0.16]);
    expect(predicted).toBe("1/diffusion");
    expect(theoreticalSlope.asymptotic).toBeCloseTo(0.25, 9);
    const { slope } = fits.find(({ abscissa }) => abscissa === predicted)!;
    expect(Math.abs(slope.value - theoreticalSlope.reference!) / slope.stderr).toBeLessThan(4);
    expect(Math.abs(againstTheory!.slope.value - 1) / againstTheory!.slope.stderr).toBeLessThan(4);
  });

  test("a horizon of years is refused before it starts, and asks for --yes", async () => {
    const args = "--diffusion 0.003 --horizon 1e8 --json never.json";
    const { code, err } = await thalweg([...well, ...args.split(" ")], folder);
    expect(code).toBe(2);
    expect(err).toMatch(
      /^error: the run would take about [\d,]+ days: 4,000 walkers of some [\d,]+ steps at [\d.]+ M steps a second on \d+ process(es)?; --yes runs it, fewer --walkers or a shorter --horizon make it shorter\n$/,
    );
  });

  test("what is wrong is said in a line, with the nearest name", async () => {
    const { code, err } = await thalweg([...well, "--diffusion", "0.1*xx"], folder);
    expect({ code, err }).toEqual({
      code: 2,
      err: "error: diffusion: unknown name 'xx' (did you mean 'x'?) at column 5\n",
    });
  });

  test("an interrupt keeps what has been seen, the others censored", async () => {
    // The first line of progress comes when a tenth of the work is done, and the rest takes billions of steps.
    const args = "--diffusion 0.05 --walkers 5000 --yes --jobs 2 --json cut.json";
    const { child, ended } = start([...well, ...args.split(" ")], folder);
    child.stderr!.once("data", () => child.kill("SIGINT"));
    const { code, out, err } = await ended;
    expect({ code, err }).toMatchObject({ code: 130 });
    expect(out).toMatch(/note: interrupted: walkers still on their way count as censored/);
    const json = (await read("cut.json")) as EscapeResult;
    expect(escapeResultSchema.safeParse(json).error).toBeUndefined();
    const { interrupted, meanFirstPassageTime: mean, theory } = json;
    expect(interrupted).toBe(true);
    expect(mean.censored).toBeGreaterThan(100);
    expect(mean.samples).toBeLessThanOrEqual(5000);
    expect(Math.abs(Math.log(mean.value! / theory.quadrature.time!))).toBeLessThan(0.3);
  });

  test("an interrupt at any moment ends with 130, and a file says what it is", async () => {
    const args = "--diffusion 0.05 --walkers 5000 --yes --jobs 2 --json none.json";
    const { child, ended } = start([...well, ...args.split(" ")], folder);
    // While it plans, or later on a slow machine: then a file tells of the steps that were watched.
    child.stdout!.once("data", () => child.kill("SIGINT"));
    const { code, err } = await ended;
    expect({ code, err }).toMatchObject({ code: 130 });
    const kept = (await read("none.json").catch(() => undefined)) as EscapeResult | undefined;
    expect(kept?.interrupted ?? true).toBe(true);
  });
});

test("thalweg schema escape prints a JSON Schema", async () => {
  const { code, out } = await thalweg(["schema", "escape"], folder);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    $schema: "https://json-schema.org/draft/2020-12/schema",
  });
});
