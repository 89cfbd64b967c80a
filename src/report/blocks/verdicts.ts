import { h, type Child } from "../dom.ts";
import { formatBand, formatInterval } from "../format.ts";
import { unbroken } from "../unbroken.ts";
import { countVerdicts, type ClaimVerdict, type Measured, tones } from "../verdict.ts";
import { renderChip } from "./chip.ts";
import { drawStrip, stripDomain } from "./interval-strip.ts";

/** How many came out each way, as chips. */
export function renderTally(document: Document, claims: readonly ClaimVerdict[]): HTMLElement {
  return h(
    document,
    "p",
    { class: "tally" },
    countVerdicts(claims).map(({ verdict, count }) =>
      renderChip(document, tones[verdict], `${count} ${verdict}`),
    ),
  );
}

/** Claims with what was measured of them, the band, the controls and the verdict with its reason. */
export function renderVerdicts(document: Document, claims: readonly ClaimVerdict[]): HTMLElement {
  const heads = ["Claim", "Measured, with its 95 % interval", "Verdict"];
  return h(
    document,
    "table",
    { class: "verdicts breakout" },
    h(
      document,
      "thead",
      {},
      h(
        document,
        "tr",
        {},
        heads.map((label) => h(document, "th", { scope: "col" }, label)),
      ),
    ),
    h(
      document,
      "tbody",
      {},
      claims.map((claim) => renderClaim(document, claim)),
    ),
  );
}

function renderClaim(document: Document, claim: ClaimVerdict): HTMLElement {
  const { id, statement, statistic, measured, controls, band, verdict, reason } = claim;
  const domain = stripDomain(
    band,
    measured.map((m) => m.estimate),
    controls.map((m) => m.estimate),
  );
  const strip = ({ label, estimate }: Measured, control: boolean): Child =>
    h(
      document,
      "li",
      control ? { class: "control" } : {},
      h(document, "span", { class: "what" }, unbroken(control ? `control: ${label}` : label)),
      drawStrip(document, { band, interval: estimate, domain, control }),
      h(document, "span", { class: "value" }, formatInterval(estimate)),
    );
  return h(
    document,
    "tr",
    { id: `claim-${id}` },
    h(
      document,
      "td",
      { class: "claim" },
      h(
        document,
        "div",
        {},
        h(document, "a", { class: "claim-id", href: `#claim-${encodeURIComponent(id)}` }, id),
        h(document, "p", {}, unbroken(statement)),
      ),
    ),
    h(
      document,
      "td",
      { class: "measured" },
      h(document, "p", { class: "statistic" }, unbroken(statistic)),
      h(
        document,
        "ul",
        {},
        measured.map((m) => strip(m, false)),
        controls.map((m) => strip(m, true)),
      ),
      h(
        document,
        "p",
        { class: "band" },
        h(document, "span", { class: "swatch", "aria-hidden": "true" }),
        `band: ${formatBand(band)}`,
        controls.length === 0 ? " · no control" : null,
      ),
    ),
    h(
      document,
      "td",
      { class: "verdict" },
      renderChip(document, tones[verdict], verdict),
      h(document, "p", { class: "reason" }, unbroken(reason)),
    ),
  );
}
