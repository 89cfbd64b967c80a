import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, suite, test } from "vitest";
import { ndArray, readSafetensors, writeNpz, writeSafetensors } from "../../src/data/index.ts";
import type { InspectResult, Threshold } from "../../src/measure/index.ts";
import { thalweg } from "../faults/cli.ts";
import { adamTrajectory } from "./adam-by-hand.ts";
import { golden } from "../measure/golden-problem.ts";
import { writeGolden } from "./golden-files.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "thalweg-limits-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function inspected(model: string, data: string, args: string): Promise<InspectResult> {
  const json = join(folder, "out.json");
  const line = `inspect ${model} --data ${data} --loss squared-error ${args} --json ${json} --quiet`;
  const { code, err } = await thalweg(line.split(" "), folder);
  expect({ code, err }).toMatchObject({ code: 0 });
  return JSON.parse(await readFile(json, "utf8")) as InspectResult;
}

const named = ({ measurements }: InspectResult, quantity: string): Threshold =>
  measurements.thresholds!.find((own) => own.quantity === quantity)!;

const near = (actual: number | null | undefined, wanted: number, relative = 1e-8) =>
  expect(Math.abs(actual! / wanted - 1)).toBeLessThanOrEqual(relative);

suite("Adam's thresholds from its state", () => {
  const net = golden.enum_3_4_2_mse;
  const trained = adamTrajectory();
  const parameters: [string, number[]][] = [
    ["fc0.weight", [4, 3]],
    ["fc0.bias", [4]],
    ["fc1.weight", [2, 4]],
    ["fc1.bias", [2]],
  ];
  const parts = (prefix: string, flat: readonly number[], suffix = "") => {
    let offset = 0;
    return parameters.map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = Float64Array.from(flat.slice(offset, (offset += size)));
      return [`${prefix}${name}${suffix}`, ndArray(data, shape)] as const;
    });
  };
  const optimizer = "--optimizer adam:0.9:0.99 --exact --batch 3 --measure thresholds";

  test("λmax(P⁻¹H) is PyTorch's to 1e-8, from PyTorch's names in an NPZ, or ours in safetensors", async () => {
    const { model, data } = writeGolden(folder, "adam", { ...net, theta: trained.theta });
    const step = ["step", ndArray(Float64Array.of(12), [])] as const;
    const torch = join(folder, "torch.npz");
    await writeFile(
      torch,
      writeNpz(
        new Map([
          ...parts("state.", trained.mean, ".exp_avg"),
          ...parts("state.", trained.square, ".exp_avg_sq"),
          step,
        ]),
      ),
    );
    const own = join(folder, "own.safetensors");
    await writeFile(
      own,
      writeSafetensors(
        new Map([...parts("mean/", trained.mean), ...parts("square/", trained.square)]),
        { step: "12" },
      ),
    );
    for (const file of [torch, own]) {
      const result = await inspected(
        model,
        data,
        `${optimizer} --learning-rate 0.01 --optimizer-state ${file}`,
      );
      const top = named(result, "preconditioned.top");
      near(top.measured.value, golden.trajectories.adam.lmax_precond);
      expect(top).toMatchObject({ kind: "exact" });
      expect(top.note).toBeUndefined();
      // 2(1 + β₁)/((1 − β₁)λ)
      near(top.limit.value, 38 / golden.trajectories.adam.lmax_precond);
      const sharpness = named(result, "optimizer-sharpness");
      near(sharpness.limit.value, (2 * 0.01) / sharpness.measured.value!);
      expect(sharpness.measured.samples).toBe(56);
      expect(sharpness.measured).not.toHaveProperty("stderr");
    }
  });

  test("without a state they are estimates, and say from what", async () => {
    const { model, data } = writeGolden(folder, "bare", { ...net, theta: trained.theta });
    const result = await inspected(model, data, optimizer);
    const top = named(result, "preconditioned.top");
    expect(top).toMatchObject({
      kind: "estimate",
      note: "the optimiser's state was not given: its preconditioner is estimated from E[g_B²] at fixed weights",
    });
    expect(named(result, "optimizer-sharpness")).toBeUndefined();
  });

  test.each([
    ["no step", {}, "lone.safetensors: must hold step, the number of steps that adam has taken"],
    ["a step of 0", { step: "0" }, "lone.safetensors: step must be a whole number from 1, got 0"],
  ])("%s is refused", async (_, metadata, message) => {
    const { model, data } = writeGolden(folder, "refused", net);
    const file = join(folder, "lone.safetensors");
    const all = new Map([...parts("mean/", net.theta), ...parts("square/", net.theta.map((x) => x * x))]); // prettier-ignore
    await writeFile(file, writeSafetensors(all, metadata));
    const line = `inspect ${model} --data ${data} --loss squared-error ${optimizer} --optimizer-state ${file}`;
    const { code, err } = await thalweg(line.split(" "), folder);
    expect(code).not.toBe(0);
    expect(err.trim()).toBe(`error: ${join(folder, message)}`);
  });
});

suite("mean-square limits of a linear network whose samples are orthogonal", () => {
  // With (x, 1) orthogonal the problem falls apart into directions of curvature 2aᵢ, met with
  // probability 1/N: E(1 − ηh)² < 1 asks for η < 2E[h + λ]/E[(h + λ)²], the least over directions.
  const [c, d, e] = [1, -1.25, 0.5];
  const X = [2, 0, 0, -0.5, c, 0, -0.5, d, e];
  const a = [5, 2.25, 3.0625];
  const net = { sizes: [3, 1], theta: [0, 0, 0, 0], X, Y: [1, -1, 2], n: 3 };
  const truth = (decay: number) =>
    Math.min(
      ...a.map((own) => {
        const h = 2 * own;
        const mean = h / 3 + decay;
        return (2 * mean) / ((h * h) / 3 + (2 * decay * h) / 3 + decay ** 2);
      }),
    );

  test.each([0, 0.3])(
    "exact, sufficient and of the subspace agree with it at decay %s",
    async (decay) => {
      const { model, data } = writeGolden(folder, "orthogonal", net);
      const result = await inspected(
        model,
        data,
        `--exact --batch 1 --measure hessian.top:3,hessian.bottom,thresholds --learning-rate 0.3 --weight-decay ${decay}`,
      );
      const kinds = { "mean-square": "exact", "mean-square.bound": "sufficient", "mean-square.subspace": "estimate" }; // prettier-ignore
      for (const [quantity, kind] of Object.entries(kinds)) {
        const own = named(result, quantity);
        expect(own.kind).toBe(kind);
        near(own.limit.value, truth(decay), 2e-4);
        near(own.measured.value, 2 / truth(decay), 2e-4);
        expect(own.at?.verdict).toBe(kind === "sufficient" ? "undecided" : "beyond");
      }
      near(named(result, "hessian.top").limit.value, 2 / (10 / 3 + decay), 1e-6);
      if (decay > 0) expect(result.measured.join(" ")).toContain("Weight decay 0.3 is not part of the measured loss"); // prettier-ignore
    },
  );

  test("where the Hessian has a negative eigenvalue no rate suffices, with the reason", async () => {
    const { model, data } = writeGolden(folder, "tanh_5_12_1_mse");
    const result = await inspected(model, data, "--batch 4 --precision f64 --seed 1");
    const own = named(result, "mean-square.bound");
    expect(own.limit.value).toBeNull();
    expect(own.limit.note).toMatch(
      /no rate is sufficient: the Hessian has the negative eigenvalue −/,
    );
    expect(named(result, "mean-square.subspace").limit.value).toBeGreaterThan(0);
    expect(named(result, "mean-square")).toBeUndefined();
  });
});

suite("--vectors", () => {
  test("u₁ … u₃ come back with their values: orthonormal, and eigenvectors of PyTorch's spectrum", async () => {
    const net = golden.tanh_4_6_3_ce;
    const { model, data } = writeGolden(folder, "tanh_4_6_3_ce");
    const file = join(folder, "u.safetensors");
    const line = `inspect ${model} --data ${data} --loss cross-entropy --exact --measure hessian.top:3 --vectors ${file} --quiet`;
    expect(await thalweg(line.split(" "), folder)).toMatchObject({ code: 0 });
    const { tensors, metadata } = readSafetensors(await readFile(file));
    expect(metadata).toMatchObject({ format: "thalweg-eigenvectors-1", count: "3" });
    const names = ["fc0.weight", "fc0.bias", "fc1.weight", "fc1.bias"];
    const u = [1, 2, 3].map((k) =>
      names.flatMap((name) => [...(tensors.get(`u${k}/${name}`)!.data as Float64Array)]),
    );
    expect(tensors.get("u1/fc0.weight")!.shape).toEqual([6, 4]);
    const dot = (x: number[], y: number[]) => x.reduce((sum, xi, i) => sum + xi * y[i], 0);
    u.forEach((x, i) => u.forEach((y, j) => expect(dot(x, y)).toBeCloseTo(i === j ? 1 : 0, 9)));
    u.forEach((x, k) => {
      const value = Number(metadata[`u${k + 1}.value`]);
      near(value, net.hess_eigs.at(-1 - k)!);
      expect(Number(metadata[`u${k + 1}.residual`])).toBeLessThan(1e-4 * value);
      // Of any vector, vᵀHu = λ·vᵀu; Hv is PyTorch's.
      expect(Math.abs(dot(x, net.Hv) - value * dot(x, net.v))).toBeLessThan(1e-4 * value);
    });
  });
});
