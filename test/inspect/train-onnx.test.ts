import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, suite, test } from "vitest";
import { readSafetensors } from "../../src/data/index.ts";
import type { InspectResult } from "../../src/measure/index.ts";
import { thalweg } from "../faults/cli.ts";
import { golden } from "../measure/golden-problem.ts";
import { writeGolden } from "./golden-files.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "thalweg-onnx-"));
});
afterAll(() => rm(folder, { recursive: true }));

const ran = async (line: string) => {
  const ended = await thalweg(line.split(" "), folder);
  expect(ended.code, ended.err).toBe(0);
  return ended;
};

suite("train --model MODEL.onnx", () => {
  const net = golden.tanh_5_12_1_mse;
  const run = () => join(folder, "runs", "foreign");

  test("begins with the file's own values, and its checkpoints are ones that inspect measures by their names", async () => {
    const { model, data } = writeGolden(folder, "net", net);
    await ran(
      `train --model ${model} --data ${data} --loss squared-error --optimizer sgd --learning-rate 0.02 --batch-size 24 --steps 12 --name foreign --set precision=float64 --set checkpointEvery=4 --track --quiet`,
    );
    const config = JSON.parse(await readFile(join(run(), "config.json"), "utf8")) as {
      model: object;
      data: object;
    };
    const sha256 = createHash("sha256").update(await readFile(model)).digest("hex"); // prettier-ignore
    expect(config.model).toEqual({ kind: "onnx", file: model, sha256 });
    expect(config.data).toMatchObject({ standardise: "none" });
    const checkpoints = join(run(), "checkpoints");
    const files = (await readdir(checkpoints)).filter((name) => name.endsWith(".safetensors"));
    expect(files).toHaveLength(4);
    const names = ["fc0.weight", "fc0.bias", "fc1.weight", "fc1.bias"];
    const { tensors } = readSafetensors(await readFile(join(checkpoints, files.sort()[0])));
    expect(names.flatMap((name) => [...(tensors.get(name)!.data as Float64Array)])).toEqual(net.theta); // prettier-ignore
    const json = join(folder, "curve.json");
    await ran(
      `inspect ${model} --data ${data} --loss squared-error --precision f64 --measure loss,gradient,hessian.top:1 --weights ${checkpoints}/*.safetensors --json ${json} --quiet`,
    );
    const result = JSON.parse(await readFile(json, "utf8")) as InspectResult;
    const rows = result.checkpoints!;
    expect(rows).toHaveLength(4);
    const loss = (k: number) => rows[k].values.loss.value!;
    // At the file's own values it is PyTorch's loss, gradient and λmax.
    expect(Math.abs(loss(0) / net.value - 1)).toBeLessThan(1e-12);
    const slope = rows[0].values["gradient.norm"].value!;
    expect(Math.abs(slope / Math.hypot(...net.grad) - 1)).toBeLessThan(1e-9);
    expect(Math.abs(rows[0].values["hessian.top"].value! / net.hess_eigs.at(-1)! - 1)).toBeLessThan(1e-4); // prettier-ignore
    // Gradient descent far below 2/λmax goes downhill.
    expect([1, 2, 3].every((k) => loss(k) < loss(k - 1))).toBe(true);
  });

  test("a fork without changes ends in the parent's bits; a file that has changed is refused", async () => {
    await ran(`fork ${run()} --at 6 --set name=again --quiet`);
    const last = async (name: string) => {
      const at = join(folder, "runs", name, "checkpoints");
      const files = (await readdir(at)).filter((own) => own.endsWith(".safetensors")).sort();
      const { tensors } = readSafetensors(await readFile(join(at, files.at(-1) ?? "")));
      return tensors.get("fc0.weight")!.data;
    };
    expect(await last("again")).toEqual(await last("foreign"));
    const model = join(folder, "net.onnx");
    const bytes = await readFile(model);
    await writeFile(model, writeOther(bytes));
    const { code, err } = await thalweg(["fork", run(), "--at", "6", "--set", "name=late"], folder);
    expect(code).not.toBe(0);
    expect(err).toMatch(/error: model\.file: .*net\.onnx must be the file of sha256 [0-9a-f]{64}, got [0-9a-f]{64}/); // prettier-ignore
    await writeFile(model, bytes);
  });

  test("the optimiser's state of each checkpoint is paired with it", async () => {
    const { model, data } = writeGolden(folder, "paired", net);
    await ran(
      `train --model ${model} --data ${data} --loss squared-error --optimizer rmsprop --learning-rate 0.002 --batch-size 24 --steps 6 --name paired --set precision=float64 --set checkpointEvery=3 --quiet`,
    );
    const folderOf = join(folder, "runs", "paired", "checkpoints");
    const files = (await readdir(folderOf)).filter((own) => own.endsWith(".safetensors")).sort();
    const json = join(folder, "states.json");
    const measured = async (weights: string, states?: string) => {
      const named = states === undefined ? "" : ` --optimizer-state ${states}`;
      await ran(
        `inspect ${model} --data ${data} --loss squared-error --precision f64 --exact --optimizer rmsprop --measure thresholds --weights ${weights}${named} --json ${json} --quiet`,
      );
      return JSON.parse(await readFile(json, "utf8")) as InspectResult;
    };
    const preconditioned = async (weights: string, states?: string) =>
      (await measured(weights, states)).checkpoints!.map(
        ({ values }) => values["preconditioned.top"].value!,
      );
    const later = files.slice(1).map((name) => join(folderOf, name)); // the first has no squares yet
    const { notes } = await measured(`${folderOf}/*.safetensors`);
    expect(notes.at(-1)).toBe(`The optimiser's state is the one in the checkpoint, from ${files[1]} on.`); // prettier-ignore
    await rm(join(folderOf, files[0]));
    const all = await preconditioned(`${folderOf}/*.safetensors`, `${folderOf}/*.safetensors`);
    expect(all).toHaveLength(2);
    expect(await preconditioned(`${folderOf}/*.safetensors`)).toEqual(all);
    for (const [i, file] of later.entries()) {
      const [alone] = await preconditioned(file, file);
      expect(Math.abs(all[i] / alone - 1)).toBeLessThan(1e-6);
    }
    expect(Math.abs(all[0] / all[1] - 1)).toBeGreaterThan(1e-3);
    for (const [weights, states, message] of [
      [`${folderOf}/*.safetensors`, later[0], "--optimizer-state must match one file for each of 2 checkpoints, got 1"], // prettier-ignore
      [later[0], later[1], `--optimizer-state must be of the same step as its checkpoint, got ${files[2]} for ${files[1]}`], // prettier-ignore
    ]) {
      const line = `inspect ${model} --data ${data} --loss squared-error --optimizer rmsprop --weights ${weights} --optimizer-state ${states}`;
      const { code, err } = await thalweg(line.split(" "), folder);
      expect({ code, err }).toEqual({ code: 2, err: `error: ${message}\n` });
    }
  });

  test("a file of a fixed batch trains like the open one, whatever the batch of training", async () => {
    const trained = async (batch: number | undefined) => {
      const name = `of-${batch ?? "any"}`;
      const { model, data } = writeGolden(folder, name, net, batch);
      const { err } = await ran(
        `train --model ${model} --data ${data} --loss squared-error --learning-rate 0.02 --batch-size 7 --steps 5 --name ${name} --set precision=float64`,
      );
      const at = join(folder, "runs", name, "checkpoints");
      const last = (await readdir(at))
        .filter((own) => own.endsWith(".safetensors"))
        .sort()
        .at(-1)!;
      const { tensors } = readSafetensors(await readFile(join(at, last)));
      return { err, weights: Float64Array.from(tensors.get("fc0.weight")!.data as Float64Array) };
    };
    const [open, fixed] = [await trained(undefined), await trained(5)];
    fixed.weights.forEach((w, i) => expect(Math.abs(w - open.weights[i])).toBeLessThan(1e-12));
    expect(fixed.err).toContain("The file takes 5 samples at a time: batches run in parts of that size."); // prettier-ignore
  });

  test("outputs that are not the data's are refused in one line", async () => {
    const { model } = writeGolden(folder, "wide", golden.enum_3_4_2_mse);
    const { data } = writeGolden(folder, "narrow", {
      ...golden.enum_3_4_2_mse,
      sizes: [3, 4, 1],
      Y: golden.enum_3_4_2_mse.Y.slice(0, 8),
    });
    const { code, err } = await thalweg(
      `train --model ${model} --data ${data} --loss squared-error --learning-rate 0.1 --batch-size 2 --steps 2 --set data.standardise=none`.split(
        " ",
      ),
      folder,
    );
    expect(code).not.toBe(0);
    expect(err).toMatch(/error: model\.file: outputs \[N, 2\] of .*wide\.onnx must match the 1 outputs of the data/); // prettier-ignore
  });
});

/** The same model with another producer's name: equal length, other bytes. */
function writeOther(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes);
  const at = text.indexOf("golden");
  text.write("silver", at);
  return text;
}
