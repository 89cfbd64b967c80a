import { formatBand, formatInterval } from "../format.ts";
import { countVerdicts, type ClaimVerdict, type Measured, tones } from "../verdict.ts";
import { escapeText } from "./escape.ts";
import { inline } from "./inline.ts";
import { table } from "./table.ts";

/** How many came out each way, then a row a claim: what was measured, the band, the controls, the verdict. */
export function verdicts(claims: readonly ClaimVerdict[]): string[] {
  const tally = countVerdicts(claims).map(({ verdict, count }) =>
    inline([{ kind: "chip", tone: tones[verdict], text: `${count} ${verdict}` }]),
  );
  const columns = ["claim", "measured, with its 95 % interval", "band", "controls", "verdict"];
  return [
    tally.join(" · "),
    table(
      columns.map((label) => ({ label })),
      claims.map(({ id, statement, statistic, measured, band, controls, verdict, reason }) => [
        lines(inline([{ kind: "strong", text: id }]), escapeText(statement)),
        lines(inline([{ kind: "em", text: statistic }]), ...measured.map(value)),
        escapeText(formatBand(band)),
        controls.length === 0 ? "none" : lines(...controls.map(value)),
        lines(inline([{ kind: "chip", tone: tones[verdict], text: verdict }]), escapeText(reason)),
      ]),
    ),
  ].filter((block) => block !== "");
}

/** An interval's ends stay on one line. */
function value({ label, estimate }: Measured): string {
  return escapeText(`${label}: ${formatInterval(estimate).replace(", ", ",\u00A0")}`);
}

function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("<br>");
}
