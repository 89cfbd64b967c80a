import type { ClaimVerdict, Measured } from "../report/index.ts";
import { decide } from "../statistics/index.ts";

interface Found {
  readonly name: string;
  readonly statistic: number | null;
  readonly interval: readonly [number | null, number | null];
}

/** The machine's version of a verdict table; null in a band is an open end, in a number one that does not exist. */
export interface VerdictFile {
  readonly schema: "thalweg/verdicts@1";
  readonly bandsSha256: string;
  readonly claims: readonly {
    readonly id: string;
    readonly claim: string;
    readonly verdict: ClaimVerdict["verdict"];
    readonly reason: string;
    readonly statistic: number | null;
    readonly interval: readonly [number | null, number | null];
    readonly band: readonly [number | null, number | null];
    /** All statistics of the claim, of which `statistic` is the one farthest from the band's middle. */
    readonly measured: readonly Found[];
    readonly control: (Found & { readonly outside: boolean }) | null;
    readonly controls: readonly (Found & { readonly outside: boolean })[];
    readonly seeds: readonly string[];
    readonly seconds: number;
  }[];
}

/** Verdicts as the file that `--json` writes. `seconds` is the computing time behind all of them. */
export function verdictFile(
  paper: string,
  claims: readonly ClaimVerdict[],
  about: {
    readonly bandsSha256: string;
    readonly seeds: readonly string[];
    readonly seconds: number;
  },
): VerdictFile {
  return {
    schema: "thalweg/verdicts@1",
    bandsSha256: about.bandsSha256,
    claims: claims.map((claim) => {
      const { low, high } = claim.band;
      const measured = claim.measured.map(found);
      const controls = claim.controls.map((control) => ({
        ...found(control),
        outside: isOutside(control, claim),
      }));
      const worst = claim.measured.length === 0 ? undefined : measured[farthest(claim)];
      return {
        id: `${paper}.${claim.id}`,
        claim: claim.statement,
        verdict: claim.verdict,
        reason: claim.reason,
        statistic: worst?.statistic ?? null,
        interval: worst?.interval ?? [null, null],
        band: [finite(low), finite(high)],
        measured,
        control: controls[0] ?? null,
        controls,
        seeds: about.seeds,
        seconds: about.seconds,
      };
    }),
  };
}

const finite = (value: number | undefined) =>
  value !== undefined && Number.isFinite(value) ? value : null;

function found({ label, estimate }: Measured): Found {
  return {
    name: label,
    statistic: finite(estimate.value),
    interval: [finite(estimate.low ?? estimate.value), finite(estimate.high ?? estimate.value)],
  };
}

function isOutside({ estimate }: Measured, { band }: ClaimVerdict): boolean {
  const [low, high] = [estimate.low ?? estimate.value, estimate.high ?? estimate.value];
  if (Number.isNaN(low) || Number.isNaN(high)) return false;
  return decide({ low, high }, { low: band.low, high: band.high }) === "outside";
}

/** Index of the statistic nearest to leaving the band, or farthest beyond it. */
function farthest({ measured, band }: ClaimVerdict): number {
  const slack = measured.map(({ estimate }) =>
    Math.min(
      (estimate.low ?? estimate.value) - band.low,
      band.high - (estimate.high ?? estimate.value),
    ),
  );
  return slack.indexOf(Math.min(...slack));
}
