import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../graph/ops/index.ts";
import { input, type Tensor } from "../../graph/tensor.ts";
import { erf } from "../../runtime/conformance/reference.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";

/** From glibc's erf. */
const cErf: readonly (readonly [x: number, erf: number])[] = [
  [0.1, 0.1124629160182849], [0.3, 0.3286267594591274], [0.46, 0.4846553900016797],
  [0.47, 0.4937450508860821], [0.5, 0.5204998778130465], [0.7, 0.6778011938374184],
  [-1, -0.8427007929497149], [1.25, 0.9229001282564582], [1.5, 0.9661051464753108],
  [2, 0.9953222650189527], [2.5, 0.999593047982555], [-3, -0.9999779095030014],
  [3.5, 0.9999992569016276], [4, 0.9999999845827421], [4.5, 0.9999999998033839],
  [5, 0.9999999999984626], [5.5, 0.9999999999999927], [5.9, 0.9999999999999999],
]; // prettier-ignore

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

  test("erf is within 4e-16 of the C library's, and relatively so near 0", async () => {
    const points = Float64Array.from(cErf, ([x]) => x);
    (await values(g.erf, points)).forEach((y, i) =>
      expect(Math.abs(y - cErf[i][1])).toBeLessThan(4e-16),
    );
    expect(worst(await values(g.erf), erf)).toBeLessThan(3e-15); // the series itself rounds
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
