import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, suite, test } from "vitest";
import type { InspectResult } from "../../src/measure/index.ts";
import { thalweg } from "../faults/cli.ts";
import { golden } from "../measure/golden-problem.ts";
import { writeGolden } from "./golden-files.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "thalweg-inspect-"));
});
afterAll(() => rm(folder, { recursive: true }));

const near = (actual: number | null | undefined, wanted: number, relative = 1e-8) => {
  expect(actual).toBeTypeOf("number");
  expect(Math.abs(actual! - wanted)).toBeLessThanOrEqual(relative * Math.max(1, Math.abs(wanted)));
};

suite("inspect of a golden network, exactly", () => {
  test.each(["tanh_5_12_1_mse", "tanh_4_6_3_ce", "enum_3_4_2_mse"] as const)(
    "%s has the curvature and the noise that PyTorch finds, to 1e-8",
    async (name) => {
      const net = golden[name];
      const { model, data } = writeGolden(folder, name);
      const loss = net.loss === "mse" ? "squared-error" : "cross-entropy";
      const json = join(folder, `${name}.json`);
      const { code, err } = await thalweg(
        `inspect ${model} --data ${data} --loss ${loss} --exact --batch ${"b" in net ? net.b : 2} --json ${json} --measure all`.split(
          " ",
        ),
        folder,
      );
      expect(err.split("\n").filter((line) => line.startsWith("error"))).toEqual([]);
      expect(code).toBe(0);
      const result = JSON.parse(await readFile(json, "utf8")) as InspectResult;
      expect(result).toMatchObject({
        schema: "thalweg/inspect@1",
        precision: "f64",
        model: { parameterCount: net.theta.length },
        data: { samples: net.n },
      });
      const m = result.measurements;
      near(m.loss?.value, net.value);
      near(m.gradient?.norm, Math.hypot(...net.grad));
      net.hess_eigs.slice(-5).reverse().forEach((value, i) => near(m["hessian.top"]?.[i].value, value)); // prettier-ignore
      near(m["hessian.bottom"]?.[0].value, net.hess_eigs[0]);
      near(m["ggn.top"]?.[0].value, net.ggn_eigs.at(-1)!);
      near(m["covariance.top"]?.[0].value, net.sigma_eigs.at(-1)!);
      near(m["hessian.trace"]?.value, net.trH);
      near(m["hessian.frobenius"]?.value, Math.sqrt(net.froH2));
      net.diagH.forEach((value, i) => near(m["hessian.diagonal"]?.values?.[i], value));
      near(m["covariance.trace"]?.value, net.trSigma);
      near(m.alignment?.trHSigma.value, net.trHSigma);
      near(m.alignment?.ratio.value, net.align_ratio);
      near(m.alignment?.cosine.value, net.cosHSigma);
      for (const exact of [m["hessian.trace"], m["covariance.trace"], m.alignment?.ratio])
        expect(exact).not.toHaveProperty("stderr");
      const layers = m["hessian.layers"]!;
      near(
        layers.reduce((sum, { trace }) => sum + trace.value!, 0),
        net.trH,
      );
      if ("batch_sharpness" in net) {
        near(m["batch-sharpness"]?.value, net.batch_sharpness);
        near(m["batch-sharpness-ratio"]?.value, net.batch_sharpness_exp_inside);
        near(m["mini-batch-sharpness"]?.value, net.mini_bs);
        near(m.gni?.value, net.gni);
        expect(m.gni).not.toHaveProperty("stderr");
      }
    },
  );

  test("estimates cover what is exact within 4 standard errors", async () => {
    const { model, data } = writeGolden(folder, "enum_3_4_2_mse");
    const json = join(folder, "estimates.json");
    const { code } = await thalweg(
      `inspect ${model} --data ${data} --loss squared-error --batch 3 --precision f64 --json ${json}`.split(
        " ",
      ),
      folder,
    );
    expect(code).toBe(0);
    const { measurements: m } = JSON.parse(await readFile(json, "utf8")) as InspectResult;
    const net = golden.enum_3_4_2_mse;
    for (const [quantity, truth] of [
      [m["hessian.trace"], net.trH],
      [m["batch-sharpness"], net.batch_sharpness],
      [m.gni, net.gni],
      [m.alignment?.trHSigma, net.trHSigma],
    ] as const)
      expect(Math.abs(quantity!.value! - truth)).toBeLessThanOrEqual(4 * quantity!.stderr! + 1e-9);
  });
});

suite("inspect refuses in one line", () => {
  test.each([
    [
      ["--measure", "hesian.top"],
      /--measure takes .* got "hesian\.top"; did you mean "hessian\.top"\?/,
    ],
    [
      ["--only", "nothing"],
      /--only must match a parameter, got none for "nothing"; the nearest are /,
    ],
  ])("%j", async (args, message) => {
    const { model, data } = writeGolden(folder, "enum_3_4_2_mse");
    const { code, err } = await thalweg(
      ["inspect", model, "--data", data, "--loss", "squared-error", ...args],
      folder,
    );
    expect(code).not.toBe(0);
    expect(err).toMatch(/^error: /);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(err).toMatch(message);
  });
});
