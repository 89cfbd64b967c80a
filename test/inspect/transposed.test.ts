// Matrices that a file has the other way round than its checkpoints, and weights that it has twice.
import { writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, suite, test } from "vitest";
import type { InspectFlags } from "../../src/cli/commands/inspect.ts";
import { writeSafetensors } from "../../src/data/index.ts";
import { array, folder, inspected, layer, node, numbers, tensor, writeData, writeLinear, writeModel } from "./linear.ts"; // prettier-ignore

afterAll(() => rm(folder, { recursive: true }));

const [N, k, d] = [10, 3, 4];
const data = writeData("plain", {
  x: array(numbers("x", N * d), [N, d]),
  y: array(
    Int32Array.from({ length: N }, (_, i) => i % k),
    [N],
  ),
});

const transposed = (values: Float32Array, rows: number, columns: number) =>
  Float32Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);

suite("checkpoints of a model whose file has Wᵀ for x·Wᵀ", () => {
  const start = layer("start", k, d);
  const model = writeModel("turned", {
    nodes: [node("MatMul", ["x", "onnx::MatMul_7"], ["h"]), node("Add", ["h", "b"], ["y"])],
    initializers: [
      tensor("onnx::MatMul_7", [d, k], transposed(start.W, k, d)),
      tensor("b", [k], start.b),
    ],
  });
  const { W, b } = layer("later", k, d);
  const [mean, square] = [layer("mean", k, d), layer("square", k, d)];
  const positive = (values: Float32Array) => values.map((v) => v * v + 0.1);
  const weights = join(folder, "later.safetensors");
  writeFileSync(
    weights,
    writeSafetensors(
      new Map([
        ["fc.weight", array(W, [k, d])],
        ["fc.bias", array(b, [k])],
        ["mean/fc.weight", array(mean.W, [k, d])],
        ["mean/fc.bias", array(mean.b, [k])],
        ["square/fc.weight", array(positive(square.W), [k, d])],
        ["square/fc.bias", array(positive(square.b), [k])],
      ]),
      { step: "5" },
    ),
  );
  const mapped = (name: string, names: Record<string, string>) => {
    const map = join(folder, name);
    writeFileSync(map, JSON.stringify(names));
    return map;
  };
  const flags: InspectFlags = {
    data,
    weights,
    exact: true,
    batch: 3,
    learningRate: 0.01,
    optimizer: "adam",
    measure: "loss,gradient,hessian.top:3,thresholds",
  };

  test("are those of the same model written otherwise, Adam's state and all, by .T behind a name", async () => {
    const map = mapped("turn.json", { "onnx::MatMul_7": "fc.weight.T", b: "fc.bias" });
    const plain = mapped("plain.json", { W: "fc.weight", b: "fc.bias" });
    const turned = await inspected(model, { ...flags, map });
    const wanted = await inspected(writeLinear("start"), { ...flags, map: plain });
    expect(turned.measurements.loss!.value).toBeCloseTo(wanted.measurements.loss!.value!, 12);
    expect(turned.measurements.gradient!.norm).toBeCloseTo(wanted.measurements.gradient!.norm, 12);
    wanted.measurements["hessian.top"]!.forEach(({ value }, i) =>
      expect(turned.measurements["hessian.top"]![i].value).toBeCloseTo(value, 8),
    );
    const tops = [turned, wanted].map(({ measurements: { thresholds } }) =>
      thresholds!.find(({ quantity }) => quantity === "preconditioned.top"),
    );
    expect(tops[0]!.kind).toBe("exact");
    expect(tops[0]!.measured.value! / tops[1]!.measured.value!).toBeCloseTo(1, 8);
  });

  test("need no map where the exporter kept the module's name", async () => {
    const matmul = node("MatMul", ["x", "onnx::MatMul_7"], ["h"]);
    const exported = writeModel("exported", {
      nodes: [{ ...matmul, name: "/fc/MatMul" }, node("Add", ["h", "fc.bias"], ["y"])],
      initializers: [
        tensor("onnx::MatMul_7", [d, k], transposed(start.W, k, d)),
        tensor("fc.bias", [k], start.b),
      ],
    });
    const map = mapped("turned.json", { "onnx::MatMul_7": "fc.weight.T", b: "fc.bias" });
    const found = await inspected(exported, flags);
    const wanted = await inspected(model, { ...flags, map });
    expect(found.model.parameters[0]).toMatchObject({ name: "onnx::MatMul_7", module: "fc" });
    expect(found.measurements).toEqual(wanted.measurements);
  });

  test("are refused without it, with the name to give", async () => {
    const map = mapped("plainly.json", { "onnx::MatMul_7": "fc.weight", b: "fc.bias" });
    await expect(inspected(model, { ...flags, map })).rejects.toThrow(
      /later\.safetensors: onnx::MatMul_7 must be \[4, 3\], got \[3, 4\]; if it is the transpose, name it fc\.weight\.T with --map/,
    );
  });
});

test("a tied weight is one parameter of inspect, and two with --untie", async () => {
  const E = numbers("E", d * 3);
  const model = writeModel("tied", {
    nodes: [node("MatMul", ["x", "E"], ["h"]), node("MatMul", ["h", "val_9"], ["y"])],
    initializers: [tensor("E", [d, 3], E), tensor("val_9", [3, d], transposed(E, d, 3))],
    outputs: [{ name: "y", dtype: "float32", shape: ["N", d] }],
  });
  const flags: InspectFlags = { data, exact: true, measure: "loss,gradient" };
  const joined = await inspected(model, flags);
  const apart = await inspected(model, { ...flags, untie: true });
  expect(joined.model).toMatchObject({ parameterCount: 12, tied: { val_9: "E" } });
  expect(joined.measured.join()).toMatch(/taken for the same parameter.*val_9 holds E/);
  expect(apart.model.parameterCount).toBe(24);
  expect(apart.model.tied).toBeUndefined();
  expect(apart.measured.join()).not.toMatch(/same parameter/);
  expect(apart.measurements.loss!.value).toBeCloseTo(joined.measurements.loss!.value!, 12);
});
