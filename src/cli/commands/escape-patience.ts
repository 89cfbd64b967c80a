import { ConfigError } from "../../run/index.ts";
import { duration, grouped } from "../output.ts";

/** A run that takes longer asks for --yes. */
const LONG_SECONDS = 600;

/** Refuse what takes long unless it was asked for: `about` says what and how, `shorter` what helps. */
export function requirePatience(seconds: number, yes: boolean, shorter: string, about = ""): void {
  if (seconds <= LONG_SECONDS || yes) return;
  throw new ConfigError(
    `the run would take about ${long(seconds)}${about}; --yes runs it, ${shorter} make it shorter`,
  );
}

function long(seconds: number): string {
  const days = seconds / 86_400;
  return days < 2 ? duration(1000 * seconds) : `${grouped(Math.round(days))} days`;
}
