import { execFileSync } from "node:child_process";
import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../graph/ops/index.ts";
import { input, type Tensor } from "../../graph/tensor.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";

/** Closed forms and identities, apart from the reference interpreter's own series. */
suite("float64 functions that ONNX Runtime lacks", () => {
  const runtime = nodeRuntime();
  afterAll(() => runtime.dispose());
  const at = Float64Array.from({ length: 20_001 }, (_, i) => (i - 10_000) / 1_000);
  const values = async (f: (x: Tensor) => Tensor, data = at) => {
    const x = input([data.length], "float64");
    await using run = await runtime.compile({ inputs: [x], outputs: [f(x)] });
    return (await run.run([data]))[0] as Float64Array;
  };
  const worst = (got: Float64Array, f: (x: number) => number) =>
    got.reduce((max, y, i) => Math.max(max, Math.abs(y - f(at[i])) / Math.max(1, Math.abs(f(at[i])))), 0); // prettier-ignore

  test("erf is within 4e-16 of C's, and relatively so near 0", async () => {
    const script = `import math,json;print(json.dumps([math.erf((i-10000)/1000) for i in range(20001)]))`;
    const expected = JSON.parse(execFileSync("python3", ["-c", script], { encoding: "utf8", maxBuffer: 1e7 })) as number[]; // prettier-ignore
    const got = await values(g.erf);
    expect(got.reduce((max, y, i) => Math.max(max, Math.abs(y - expected[i])), 0)).toBeLessThan(
      4e-16,
    );
    const tiny = Float64Array.of(1e-300, 1e-20, 1e-8, -1e-5);
    const slope = 2 / Math.sqrt(Math.PI);
    (await values(g.erf, tiny)).forEach((y, i) => {
      const series = slope * (tiny[i] - tiny[i] ** 3 / 3);
      expect(Math.abs(y / series - 1)).toBeLessThan(4e-16);
    });
    expect([...(await values(g.erf, Float64Array.of(-Infinity, Infinity, 0)))]).toEqual([-1, 1, 0]);
    expect(await values(g.erf, Float64Array.of(NaN))).toEqual(Float64Array.of(NaN));
  });

  test("softplus is within 4e-16, and relatively so far below 0", async () => {
    const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    expect(worst(await values(g.softplus), softplus)).toBeLessThan(4e-16);
    const far = Float64Array.of(-40, -200, -700);
    (await values(g.softplus, far)).forEach((y, i) =>
      expect(Math.abs(y / Math.exp(far[i]) - 1)).toBeLessThan(4e-16),
    );
  });

  test("elu is within 4e-16, and relatively so near 0", async () => {
    const elu = (x: number) => (x > 0 ? x : 0.3 * Math.expm1(x));
    expect(worst(await values((x) => g.elu(x, 0.3)), elu)).toBeLessThan(4e-16);
    const near = Float64Array.of(-1e-3, -1e-10, -1e-300);
    (await values((x) => g.elu(x, 0.3), near)).forEach((y, i) =>
      expect(Math.abs(y / elu(near[i]) - 1)).toBeLessThan(8e-16),
    );
  });

  test("a slope keeps its float64 value", async () => {
    expect((await values((x) => g.leakyRelu(x, 0.1), Float64Array.of(-1)))[0]).toBe(-0.1);
  });
});
