import * as g from "../../src/graph/index.ts";
import { type Data, type Tensor } from "../../src/graph/index.ts";
import { fillUniform, integerAt, stream, substream } from "../../src/random/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import type { Case } from "./cases.ts";

/** Largest disagreement of each identity, relative to the size of what is compared. */
export type Findings = Readonly<Record<string, number>>;

/**
 * Everything that can be said of one case, as one graph, run once in float64: jvp and vjp against
 * central differences and each other, second derivatives against differences of the gradient and by
 * symmetry, vmap over every choice of mapped arguments against a loop. `h` is the step of differences.
 */
export async function check(
  runtime: Runtime,
  subject: Case,
  seed = "1",
  h = 1e-5,
): Promise<Findings> {
  const draws = stream(seed, subject.name);
  const inputs: Tensor[] = [];
  const data: Data[] = [];
  const feed = (shape: readonly number[], values: Data, dtype: g.DType = "float64"): Tensor => {
    const t = g.input(shape, dtype, `in${inputs.length}`);
    inputs.push(t);
    data.push(values);
    return t;
  };
  const uniform = (
    name: string,
    shape: readonly number[],
    low: number,
    high: number,
  ): Float64Array => {
    const out = new Float64Array(g.sizeOf(shape));
    fillUniform(substream(draws, name), 0, out);
    return out.map((u) => low + (high - low) * u);
  };
  const argument = (i: number, copy: string): Tensor => {
    const { shape, draw } = subject.args[i];
    if (draw.kind === "float")
      return feed(shape, uniform(`${copy}${i}`, shape, draw.low, draw.high));
    const source = substream(draws, `${copy}${i}`);
    const index = Int32Array.from({ length: g.sizeOf(shape) }, (_, k) =>
      integerAt(source, k, draw.below),
    );
    return feed(shape, index, "int32");
  };
  const floats = subject.args.map(({ draw }) => draw.kind === "float");
  const args = subject.args.map((_, i) => argument(i, "arg"));
  const direction = (name: string) =>
    args.map((t, i) => (floats[i] ? feed(t.shape, uniform(`${name}${i}`, t.shape, -1, 1)) : t));
  const [u, v] = [direction("u"), direction("v")];
  const { f } = subject;
  const along = (xs: readonly Tensor[], step: number) =>
    xs.map((x, i) => (floats[i] ? g.add(x, g.mul(v[i], step)) : x));
  const pairs: [string, Tensor, Tensor][] = [];
  const compare = (name: string, got: Tensor, expected: Tensor) => {
    if (!g.sameShape(got.shape, expected.shape))
      throw new Error(
        `${subject.name}, ${name}: shape [${got.shape}], expected [${expected.shape}]`,
      );
    pairs.push([name, got, expected]);
  };
  const innerFloats = (a: readonly Tensor[], b: readonly Tensor[]) =>
    a.flatMap((x, i) => (floats[i] ? [g.dot(x, b[i])] : [])).reduce((s, x) => g.add(s, x));

  // First derivatives.
  const central = (of: (xs: readonly Tensor[]) => Tensor, step: number) =>
    g.div(g.sub(of(along(args, step)), of(along(args, -step))), 2 * step);
  const [value, tangent] = g.jvp(f, args, v);
  compare("value", value, f(...args));
  compare(
    "jvp by differences",
    tangent,
    central((xs) => f(...xs), h),
  );
  const [, pullback] = g.vjp(f, ...args);
  const ct = feed(value.shape, uniform("ct", value.shape, -1, 1));
  compare("vjp by jvp", innerFloats(pullback(ct), v), g.dot(ct, tangent));
  const [, linear] = g.linearize(f, ...args);
  compare("linearize", linear(...v), tangent);

  // Second derivatives of ⟨ct, f⟩.
  const scalar = (...xs: Tensor[]) => g.dot(ct, f(...xs));
  const gradient = (...xs: Tensor[]) => {
    const [, pull] = g.vjp(scalar, ...xs);
    return pull(g.scalar(1, "float64"));
  };
  const along2 = (w: Tensor[]) => g.jvp(gradient, args, w)[1];
  const [hv, hu] = [along2(v), along2(u)];
  compare("HVP symmetry", innerFloats(hv, u), innerFloats(hu, v));
  args.forEach((_, i) => {
    if (floats[i])
      compare(
        `HVP by differences ${i}`,
        hv[i],
        central((xs) => gradient(...xs)[i], h),
      );
  });

  // vmap over each choice of mapped arguments; derivatives inside it.
  const size = 3;
  for (let mask = 1; mask < 1 << args.length; mask++) {
    const mapped = args.map((_, i) => (mask >> i) % 2 === 1);
    const copies = Array.from({ length: size }, (_, k) =>
      args.map((t, i) => (mapped[i] ? argument(i, `copy${mask}.${k}.`) : t)),
    );
    const stacked = args.map((t, i) =>
      mapped[i]
        ? g.concat(
            copies.map((copy) => g.expandDims(copy[i], 0)),
            0,
          )
        : t,
    );
    const inAxes = mapped.map((yes) => (yes ? 0 : null));
    const looped = (of: (...xs: Tensor[]) => Tensor) =>
      g.concat(
        copies.map((copy) => g.expandDims(of(...copy), 0)),
        0,
      );
    compare(`vmap ${mask}`, g.vmap(f, { inAxes })(...stacked), looped(f));
    const slope = (...xs: Tensor[]) => g.jvp(f, xs, v)[1];
    compare(`vmap of jvp ${mask}`, g.vmap(slope, { inAxes })(...stacked), looped(slope));
    floats.forEach((yes, i) => {
      if (!yes) return;
      const part = (...xs: Tensor[]) => gradient(...xs)[i];
      compare(`vmap of grad ${mask}, ${i}`, g.vmap(part, { inAxes })(...stacked), looped(part));
    });
  }

  const plain = pairs.flatMap(([, a, b]) => [a, b]);
  const { outputs: simplified } = g.simplify({ inputs, outputs: plain });
  pairs.forEach(([name], k) => compare(`simplified ${name}`, simplified[2 * k], plain[2 * k]));
  const outputs = pairs.flatMap(([, a, b]) => [a, b]);
  await using run = await runtime.compile({ inputs, outputs }, { simplify: false });
  const out = (await run.run(data)) as Float64Array[];
  return Object.fromEntries(pairs.map(([name], k) => [name, distance(out[2 * k], out[2 * k + 1])]));
}

/** max |a − b| / max(1, |b|); NaN counts as infinite. */
function distance(a: Float64Array, b: Float64Array): number {
  let worst = 0;
  let scale = 1;
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs(a[i] - b[i]);
    worst = Math.max(worst, Number.isNaN(gap) ? Infinity : gap);
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return worst / scale;
}

/** How far each identity may be off: differences lose half the digits, algebra loses none. */
export function tolerance(name: string): number {
  return name.includes("differences") && !name.startsWith("simplified") ? 3e-8 : 1e-11;
}
