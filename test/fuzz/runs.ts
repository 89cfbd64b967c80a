/** The full counts are those of `npm run test:long`. */
const long = process.env.THALWEG_LONG === "1";

/**
 * Damaged inputs of each kind, shared evenly among its readers: in `npm test` and in the long suite.
 * The first three are the files a user hands over: 7,000 of them in CI, 240,000 in the long suite.
 */
const totals = {
  onnx: { usual: 1_600, long: 60_000 },
  arrays: { usual: 4_000, long: 120_000 },
  configs: { usual: 1_400, long: 60_000 },
  otherData: { usual: 2_000, long: 60_000 },
  programs: { usual: 60, long: 500 },
} as const;

/** Inputs for each of the readers of a kind; `THALWEG_FUZZ_SHARE=0.1` takes a tenth. */
export function fuzzRuns(kind: keyof typeof totals, readers = 1): number {
  const share = Number(process.env.THALWEG_FUZZ_SHARE ?? 1);
  return Math.ceil((share * totals[kind][long ? "long" : "usual"]) / readers);
}
