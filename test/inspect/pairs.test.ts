import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, suite, test } from "vitest";
import type { InspectComparison } from "../../src/measure/index.ts";
import { normalAt, stream } from "../../src/random/index.ts";
import { scalarsOf } from "../../src/cli/commands/inspect-scalars.ts";
import { thalweg } from "../faults/cli.ts";
import { golden } from "../measure/golden-problem.ts";
import { writeGolden } from "./golden-files.ts";

suite("inspect A.onnx B.onnx of two close checkpoints", () => {
  test("paired intervals are at least 5 times narrower than errors in squares, and hold the exact differences within 4 standard errors", async () => {
    const folder = await mkdtemp(join(tmpdir(), "thalweg-pairs-"));
    try {
      const net = golden.tanh_5_12_1_mse;
      const draws = stream("1", "pairs");
      const theta = net.theta.map((t, i) => t + 1e-3 * normalAt(draws, i));
      const a = writeGolden(folder, "a", net);
      const b = writeGolden(folder, "b", { ...net, theta });
      const compare = async (flags: string): Promise<InspectComparison> => {
        const json = join(folder, "out.json");
        const line = `inspect ${a.model} ${b.model} --data ${a.data} --loss squared-error --batch 2 --precision f64 --measure loss,hessian.trace,covariance.trace,batch-sharpness,mini-batch-sharpness,gni,alignment,noise-scale ${flags} --json ${json} --quiet`;
        const { code, err } = await thalweg(line.split(" "), folder);
        expect({ code, err }).toMatchObject({ code: 0 });
        return JSON.parse(await readFile(json, "utf8")) as InspectComparison;
      };
      const sampled = await compare("--seed 3");
      const exact = await compare("--exact");
      const stderrOf = (name: string) => {
        const at = ({ measurements }: InspectComparison["a"]) => scalarsOf({ measurements })[name].stderr!; // prettier-ignore
        return Math.hypot(at(sampled.a), at(sampled.b));
      };
      for (const [name, draws] of [
        ["batch-sharpness", "batches"],
        ["batch-sharpness-ratio", "batches"],
        ["mini-batch-sharpness", "batches"],
        ["gni", "draws"],
        ["alignment.trHSigma", "probes"],
        ["alignment.cosine", "probes"],
        ["noise-scale.curvature", "draws"],
      ]) {
        const own = sampled.differences[name];
        expect(own.method).toMatch(`mean of paired differences on the same`);
        expect(own.method).toMatch(new RegExp(`the same \\d+ ${draws}`));
        expect(own.stderr! * 5).toBeLessThan(stderrOf(name));
        const truth = exact.differences[name].value!;
        expect(Math.abs(own.value! - truth)).toBeLessThanOrEqual(4 * own.stderr!);
        expect(own.high! - own.low!).toBeGreaterThan(0);
      }
      const trace = sampled.differences["hessian.trace"];
      expect(trace.method).toMatch(/on the same 64 probes/);
      const change = exact.differences["hessian.trace"].value!;
      expect(Math.abs(trace.value! - change)).toBeLessThanOrEqual(4 * trace.stderr!);
      const loss = sampled.differences.loss;
      expect(loss.method).toMatch(/on the same 24 samples/);
      expect(Math.abs(loss.value! - exact.differences.loss.value!)).toBeLessThan(1e-12);
      for (const name of ["covariance.trace", "noise-scale.simple"]) {
        const own = sampled.differences[name];
        expect(own.method).toMatch(/on the same 24 samples/);
        expect(Math.abs(own.value! / exact.differences[name].value! - 1)).toBeLessThan(1e-6);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("the population's curvature scale far from a minimum: paired on the draws, 5 times narrower, and the exact one within 4 standard errors", async () => {
    const folder = await mkdtemp(join(tmpdir(), "thalweg-pairs-"));
    try {
      const own = golden.tanh_5_12_1_mse;
      const tenfold = (values: readonly number[]) =>
        Array.from({ length: 10 }, () => values).flat();
      const Y = tenfold(own.Y.map((y) => y + 8));
      const net = { ...own, X: tenfold(own.X), Y, n: 10 * own.n };
      const draws = stream("2", "pairs");
      const theta = net.theta.map((t, i) => t + 1e-3 * normalAt(draws, i));
      const a = writeGolden(folder, "a", net);
      const b = writeGolden(folder, "b", { ...net, theta });
      const compare = async (flags: string): Promise<InspectComparison> => {
        const json = join(folder, "out.json");
        const line = `inspect ${a.model} ${b.model} --data ${a.data} --loss squared-error --precision f64 --measure noise-scale ${flags} --json ${json} --quiet`;
        const { code, err } = await thalweg(line.split(" "), folder);
        expect({ code, err }).toMatchObject({ code: 0 });
        return JSON.parse(await readFile(json, "utf8")) as InspectComparison;
      };
      const name = "noise-scale.curvaturePopulation";
      const sampled = await compare("--seed 3");
      const found = sampled.differences[name];
      expect(found.method).toBe(
        "paired difference on the same 240 samples, 96 of them drawn for Tr(HΣ), linearised, t interval",
      );
      const apart = [sampled.a, sampled.b].map((side) => scalarsOf(side)[name].stderr!);
      expect(found.stderr! * 5).toBeLessThan(Math.hypot(...apart));
      const exact = (await compare("--exact")).differences[name];
      expect(exact.method).toBe(
        "paired difference on the same 240 samples, linearised, t interval",
      );
      expect(Math.abs(found.value! - exact.value!)).toBeLessThanOrEqual(4 * found.stderr!);
      expect(exact.stderr!).toBeLessThanOrEqual(found.stderr!);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
