// How often the stated intervals hold the truth: what no library of this kind tests.
import { expect, suite, test } from "vitest";
import {
  denseOperator,
  estimateDiagonal,
  exactSums,
  frobeniusNorm,
  hutchinsonTrace,
  hutchPlusPlus,
  logDeterminant,
  smoothDensity,
  spectralQuadrature,
  type SymmetricOperator,
  xtrace,
} from "../../src/measure/index.ts";
import { type Stream, stream, substream } from "../../src/random/index.ts";
import { golden } from "./golden-problem.ts";
import { range, rotated, spectrum } from "./spectra-matrices.ts";

type Interval = { readonly low: number; readonly high: number };

// As many replications as the time allows, and a band as narrow as they allow.
const long = process.env.THALWEG_LONG === "1";
const [replications, least, most] = long ? [2000, 0.93, 0.97] : [500, 0.91, 0.98];

/** The Hessian's spectrum of a small network, a power law, and one of both signs. */
const problems = [
  { name: "a network's spectrum", a: rotated(golden.tanh_4_6_3_ce.hess_eigs) },
  { name: "a power law", a: rotated(range(1, 50).map((i) => i ** -1.2)) },
  { name: "both signs", a: rotated(range(1, 50).map((i) => Math.sin(i) + 0.3)) },
].map(({ name, a }) => ({ name, a, operator: denseOperator(a, Math.sqrt(a.length)) }));

async function coverage(
  name: string,
  truth: number,
  interval: (draws: Stream) => Promise<Interval>,
): Promise<number> {
  let covered = 0;
  for (let r = 0; r < replications; r++) {
    const { low, high } = await interval(substream(stream("17", name), r));
    if (low <= truth && truth <= high) covered++;
  }
  return covered / replications;
}

const fixed = (n: number) => ({ relativeStderr: 0, minSamples: n, maxSamples: n });
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((s, x) => s + x, 0);

const sequential = { relativeStderr: 0.05, minSamples: 32, maxSamples: 2000 };
suite("with a stop rule", () => {
  const { a, operator } = problems[1];
  const trace = sum(spectrum(a));

  test.each([
    ["Hutchinson", hutchinsonTrace, trace, sequential],
    ["Hutch++", hutchPlusPlus, trace, { ...sequential, minSamples: 12, relativeStderr: 0.01 }],
    ["XTrace", xtrace, trace, { ...sequential, minSamples: 12, relativeStderr: 0.02 }],
    ["the Frobenius norm", frobeniusNorm, Math.hypot(...spectrum(a)), sequential],
  ] as const)(
    "%s covers the truth in at least 0.9 of replications",
    async (name, method, truth, rule) => {
      const share = await coverage(`${name} until`, truth, async (draws) => {
        const estimate = await method(operator, draws, rule);
        expect(estimate.status).toBe("converged");
        return estimate;
      });
      // Three standard errors of the count itself.
      expect(share).toBeGreaterThanOrEqual(0.9 - 3 * Math.sqrt((0.9 * 0.1) / replications));
    },
  );
});

suite.each(problems)("95 % intervals on $name", ({ name, a, operator }) => {
  const exact = spectrum(a);
  const trace = sum(exact);
  const shift = 0.1 - Math.min(...exact, 0);

  const intervals: readonly [
    name: string,
    truth: () => Promise<number> | number,
    interval: (operator: SymmetricOperator, draws: Stream) => Promise<Interval>,
  ][] = [
    ["Hutchinson, 30 signs", () => trace, (A, draws) => hutchinsonTrace(A, draws, fixed(30))],
    [
      "Hutchinson, 30 normals",
      () => trace,
      (A, draws) => hutchinsonTrace(A, draws, { ...fixed(30), distribution: "normal" }),
    ],
    ["Hutchinson, 100 signs", () => trace, (A, draws) => hutchinsonTrace(A, draws, fixed(100))],
    [
      "Hutch++, 30 signs",
      () => trace,
      (A, draws) => hutchPlusPlus(A, draws, { ...fixed(30), sketch: 10 }),
    ],
    [
      "Hutch++, 30 normals",
      () => trace,
      (A, draws) => hutchPlusPlus(A, draws, { ...fixed(30), sketch: 10, distribution: "normal" }),
    ],
    ["XTrace, 30 signs", () => trace, (A, draws) => xtrace(A, draws, fixed(30))],
    [
      "XTrace, 30 normals",
      () => trace,
      (A, draws) => xtrace(A, draws, { ...fixed(30), distribution: "normal" }),
    ],
    [
      "Frobenius norm, 30 signs",
      async () => (await exactSums(operator)).frobenius,
      (A, draws) => frobeniusNorm(A, draws, fixed(30)),
    ],
    [
      "Frobenius norm, 30 normals",
      async () => (await exactSums(operator)).frobenius,
      (A, draws) => frobeniusNorm(A, draws, { ...fixed(30), distribution: "normal" }),
    ],
    [
      "entry 3 of the diagonal, 30 signs",
      () => a[3 * operator.dim + 3],
      async (A, draws) => {
        const { low, high } = await estimateDiagonal(A, draws, fixed(30));
        return { low: low[3], high: high[3] };
      },
    ],
    [
      "entry 3 of the diagonal, 30 normals",
      () => a[3 * operator.dim + 3],
      async (A, draws) => {
        const options = { ...fixed(30), distribution: "normal" } as const;
        const { low, high } = await estimateDiagonal(A, draws, options);
        return { low: low[3], high: high[3] };
      },
    ],
    [
      "log-determinant, 30 probes",
      () => sum(exact.map((x) => Math.log(x + shift))),
      async (A, draws) =>
        logDeterminant(await spectralQuadrature(A, draws, { probes: 30, steps: 15 }), shift),
    ],
    [
      "the smoothed density at a point, 30 probes",
      () => {
        const [point, sigma] = [exact[30], 0.2];
        const height = 1 / (operator.dim * sigma * Math.sqrt(2 * Math.PI));
        return sum(exact.map((x) => height * Math.exp(-0.5 * ((point - x) / sigma) ** 2)));
      },
      async (A, draws) => {
        const quadrature = await spectralQuadrature(A, draws, { probes: 30, steps: 15 });
        const { low, high } = smoothDensity(quadrature, {
          grid: [exact[30]],
          bandwidth: 0.2,
        });
        return { low: low[0], high: high[0] };
      },
    ],
  ];

  test.each(intervals)(
    `%s: the truth is covered in ${least} to ${most} of ${replications} replications`,
    async (what, truth, interval) => {
      const share = await coverage(`${name}, ${what}`, await truth(), (draws) =>
        interval(operator, draws),
      );
      expect(share).toBeGreaterThanOrEqual(least);
      expect(share).toBeLessThanOrEqual(most);
    },
    long ? 3_600_000 : 120_000,
  );
});
