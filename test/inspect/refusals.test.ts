import { writeFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, suite, test, vi } from "vitest";
import type { InspectFlags } from "../../src/cli/commands/inspect.ts";
import { exitCodes, guarded } from "../../src/cli/exit.ts";
import { array, folder, inspected, node, numbers, writeData, writeLinear, writeModel } from "./linear.ts"; // prettier-ignore

afterAll(() => rm(folder, { recursive: true }));

const N = 8;
const x = numbers("refused", N * 4);
const labels = Int32Array.of(0, 1, 2, 0, 1, 2, 0, 1);
const model = writeLinear("model");
const good = writeData("good", { x: array(x, [N, 4]), y: array(labels, [N]) });
const put = (data: Float32Array, at: number, value: number) => data.with(at, value);
const file = (name: string, bytes: Uint8Array | string) => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

/** The line on stderr and the exit code, as the program has them. */
async function refusal(own: string, flags: InspectFlags): Promise<{ line: string; code: number }> {
  let said = "";
  const before = process.exitCode;
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  try {
    await guarded(async () => {
      await inspected(own, { data: good, measure: "loss", ...flags });
      return 0;
    });
    return { line: said, code: process.exitCode as number };
  } finally {
    spy.mockRestore();
    process.exitCode = before;
  }
}

const data = (name: string, arrays: Parameters<typeof writeData>[1]) => ({ data: writeData(name, arrays) }); // prettier-ignore
const X = array(x, [N, 4]);
const y = array(labels, [N]);

suite("refused in one line, with", () => {
  test.each<[string, InspectFlags, RegExp]>([
    ["NaN in x", data("nan", { x: array(put(x, 13, NaN), [N, 4]), y }), /nan\.npz: values must be finite, got NaN in x at row 3$/], // prettier-ignore
    ["Inf in x", data("inf", { x: array(put(x, 31, -Infinity), [N, 4]), y }), /values must be finite, got -Infinity in x at row 7$/], // prettier-ignore
    ["NaN in y", { ...data("y", { x: X, y: array(put(x.slice(0, 24), 5, NaN), [N, 3]) }), loss: "squared-error" }, /values must be finite, got NaN in y at row 1$/], // prettier-ignore
    ["a negative weight", data("w", { x: X, y, w: array(put(new Float32Array(N).fill(1), 2, -1), [N]) }), /weights must not be negative, got -1 at row 2$/], // prettier-ignore
    ["no weight at all", data("w0", { x: X, y, w: array(new Float32Array(N), [N]) }), /weights of .* must not all be 0$/], // prettier-ignore
    ["a label too large", data("label", { x: X, y: array(labels.with(5, 3), [N]) }), /label\.npz: labels must be from 0 to 2, got 3 at row 5$/], // prettier-ignore
    ["a label below 0", data("below", { x: X, y: array(labels.with(2, -1), [N]) }), /labels must be from 0 to 2, got -1 at row 2$/], // prettier-ignore
    ["a label between two", data("half", { x: X, y: array(Float32Array.from(labels).with(4, 0.5), [N]) }), /labels must be whole numbers, got 0\.5 at row 4$/], // prettier-ignore
    ["targets that are no probabilities", data("soft", { x: X, y: array(new Float32Array(3 * N).fill(0.5), [N, 3]) }), /targets of cross-entropy must be labels or probabilities that sum to 1, got \[0\.5, 0\.5, 0\.5\] at row 0$/], // prettier-ignore
    ["samples of another shape", data("five", { x: array(numbers("five", 5 * N), [N, 5]), y }), /input x: takes \[N, 4\], samples of \[5\] do not fit$/], // prettier-ignore
    ["targets of another width", data("two", { x: X, y: array(x.slice(0, 2 * N), [N, 2]) }), /outputs \[N, 3\] and targets \[N, 2\] must match for cross-entropy$/], // prettier-ignore
    ["targets that would have to be broadcast", { ...data("thin", { x: X, y: array(x.slice(0, N), [N]) }), loss: "squared-error" }, /outputs \[N, 3\] and targets \[N\] must match for squared-error$/], // prettier-ignore
    ["fewer targets than samples", data("short", { x: X, y: array(labels.slice(1), [N - 1]) }), /y must have one row for each of 8 samples, got \[7\]$/], // prettier-ignore
    ["no y", data("noy", { x: X }), /the archive must hold arrays x and y, got "x"$/],
    ["no samples", data("none", { x: array(new Float32Array(0), [0, 4]), y: array(new Int32Array(0), [0]) }), /x must have at least 1 sample, got \[0, 4\]$/], // prettier-ignore
    ["class weights too few", { classWeights: file("two.json", "[1, 2]") }, /class weights must be 3 numbers, got 2$/], // prettier-ignore
    ["class weights below 0", { classWeights: file("minus.json", "[1, 2, -1]") }, /class weights must be finite and not negative, got -1 at 2$/], // prettier-ignore
    ["class weights that are no list", { classWeights: file("word.json", "{}") }, /word\.json: class weights must be a list of numbers$/], // prettier-ignore
    ["class weights for reals", { loss: "squared-error", classWeights: file("three.json", "[1, 1, 1]"), ...data("real", { x: X, y: array(x.slice(0, 3 * N), [N, 3]) }) }, /class weights need whole-number labels$/], // prettier-ignore
    ["class weights for probabilities", { classWeights: file("each.json", "[1, 2, 3]"), ...data("probable", { x: X, y: array(put(new Float32Array(3 * N).fill(0).map((_, i) => (i % 3 === 0 ? 1 : 0)), 3, 0.5).with(4, 0.5), [N, 3]) }) }, /probable\.npz: class weights need labels or one-hot targets, got probabilities at row 1$/], // prettier-ignore
    ["an absent data file", { data: join(folder, "nowhere.npz") }, /nowhere\.npz: a file must be there to read, got nothing \(ENOENT\)$/], // prettier-ignore
    ["absent class weights", { classWeights: join(folder, "nowhere.json") }, /nowhere\.json: a file must be there to read, got nothing \(ENOENT\)$/], // prettier-ignore
    ["a CSV without its target", { data: file("rows.csv", "a,b\n1,2\n") }, /rows\.csv: a CSV needs --target/], // prettier-ignore
    ["a CSV of another column", { data: file("cols.csv", "a,b,c,d,e\n1,2,3,4,0\n"), target: "f" }, /cols\.csv: .*"?f"?/], // prettier-ignore
    ["an unknown kind of file", { data: file("data.xyz", "hello") }, /data\.xyz/],
    ["more samples than there are", { samples: 9 }, /--samples must be at most the 8 samples there are, got 9$/], // prettier-ignore
    ["an output that is not there", { output: "z" }, /z.*y|y.*z/],
  ])("%s", async (_, flags, message) => {
    const { line, code } = await refusal(model, flags);
    expect(line).toMatch(/^error: [^\n]+\n$/);
    expect(line.trimEnd()).toMatch(message);
    expect(code).toBe(
      message.source.includes("class weights must be a list") ? exitCodes.usage : exitCodes.error,
    );
  });

  test.each<[string, InspectFlags, RegExp]>([
    ["a measure misspelt", { measure: "loss,hesian.top" }, /got "hesian\.top"; did you mean "hessian\.top"\?$/], // prettier-ignore
    [
      "a count that is none",
      { measure: "hessian.top:0" },
      /takes a count from 1 to 1000, got ":0"$/,
    ],
    ["an argument too many", { measure: "loss:3" }, /--measure loss takes no argument, got ":3"$/],
    ["no measure", { measure: "," }, /--measure must name a measurement, got none$/],
    ["a loss misspelt", { loss: "cross-entrpy" }, /--loss must be one of .*got "cross-entrpy"; did you mean "cross-entropy"\?$/], // prettier-ignore
    ["an optimiser misspelt", { optimizer: "adm" }, /got "adm"; did you mean "adam"\?$/],
    ["a momentum of 1", { optimizer: "momentum:1" }, /takes a momentum in \[0, 1\), got "1"$/],
    ["a rule misspelt", { until: "fast" }, /--until must be such as stderr<1%, got "fast"$/],
    [
      "too little memory",
      { memory: "2kB" },
      /--memory must be at least 1MB, such as 2GB, got "2kB"$/,
    ],
    ["a batch above the samples", { batch: 9 }, /--batch must be at most the 8 samples, got 9$/],
    ["a learning rate of 0", { learningRate: 0 }, /^error: --learning-rate .*0/],
    ["a table without checkpoints", { parquet: "x.parquet" }, /--parquet needs --weights$/],
    ["parameters that are not there", { only: ["W*", "bias"] }, /--only must match a parameter, got none for "bias"; the nearest are b, W$/], // prettier-ignore
    ["parameters to freeze that are not there", { freeze: ["w?"] }, /--freeze must match a parameter, got none for "w\?"; the nearest are /], // prettier-ignore
    ["weights that match nothing", { weights: join(folder, "*.safetensors") }, /--weights must match a file, got none for /], // prettier-ignore
  ])("usage: %s", async (_, flags, message) => {
    const { line, code } = await refusal(model, flags);
    expect(line).toMatch(/^error: [^\n]+\n$/);
    expect(line.trimEnd()).toMatch(message);
    expect(code).toBe(exitCodes.usage);
  });

  test("a truncated archive", async () => {
    const whole = await readFile(good);
    for (const keep of [0, 10, Math.floor(whole.length / 2), whole.length - 5]) {
      const cut = file("cut.npz", whole.subarray(0, keep));
      const { line, code } = await refusal(model, { data: cut });
      expect(line).toMatch(/^error: \S*cut\.npz: [^\n]+\n$/);
      expect(code).toBe(exitCodes.error);
    }
  });

  test("a model that is none, is cut, or is not there", async () => {
    const bytes = await readFile(model);
    const bad = [file("a.onnx", "not a model at all"), file("b.onnx", bytes.subarray(0, bytes.length - 9)), file("c.onnx", ""), join(folder, "nowhere.onnx")]; // prettier-ignore
    for (const own of bad) {
      const { line, code } = await refusal(own, {});
      expect(line).toMatch(/^error: [^\n]+\n$/);
      expect(code).toBe(exitCodes.error);
    }
  });

  test("operators that are not supported, all at once", async () => {
    const odd = writeModel("odd", {
      nodes: [node("Loop9", ["x"], ["h"]), node("Wobble", ["h"], ["y"])],
      initializers: [],
    });
    const { line, code } = await refusal(odd, {});
    expect(line.startsWith(`error: ${odd}: onnx: `)).toBe(true);
    expect(line).toMatch(/Loop9.*Wobble[^\n]*\n$/);
    expect(code).toBe(exitCodes.error);
  });
});

suite("too large to be exact", () => {
  test("is said with what is too large and its bound, beside an estimate", async () => {
    const k = 1_001; // 5,005 parameters
    const wide = writeLinear("wide", { k });
    const { measurements: m, missing } = await inspected(wide, {
      data: writeData("many", { x: array(numbers("many", 160), [40, 4]), y: array(new Int32Array(40), [40]) }), // prettier-ignore
      exact: true,
      batch: 20,
      measure: "hessian.trace,batch-sharpness",
    });
    expect(missing).toEqual([]);
    expect(m["hessian.trace"]!.note).toMatch(/5,?005 parameters.*5,?000/);
    expect(m["hessian.trace"]!.stderr).toBeGreaterThan(0);
    expect(m["batch-sharpness"]!.note).toMatch(/batches.*100,?000/);
    expect(m["batch-sharpness"]!.stderr).toBeGreaterThan(0);
  });
});
