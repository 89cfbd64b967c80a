import type { EscapeResult, ReplicaResult, SweepResult } from "../../diffusion/index.ts";
import { writeAtomic } from "../../node/files/index.ts";
import { machineEnvironment } from "../../node/store/index.ts";
import type { Output } from "../output.ts";

/** The report of what `escape` found. */
export async function pageOf(result: EscapeResult | SweepResult | ReplicaResult): Promise<string> {
  const { escapeReport } = await import("../../report/index.ts");
  const { createDocument } = await import("../../node/dom/index.ts");
  const { thalweg, node, platform, cpu } = machineEnvironment({ name: "wasm", version: "" });
  return escapeReport(result, createDocument(), {
    command: ["thalweg", ...process.argv.slice(2).map(quoted)].join(" "),
    versions: [
      { name: "thalweg", value: thalweg },
      { name: "Node.js", value: node },
      { name: "machine", value: `${cpu}, ${platform}` },
    ],
  });
}

/** As a shell takes it. */
const quoted = (text: string) =>
  /^[\w./:=,+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

export async function writeText(path: string, text: string, { say, style }: Output): Promise<void> {
  await writeAtomic(path, new TextEncoder().encode(text));
  say(style("dim", `written to ${path}`));
}
