import { readFileSync } from "node:fs";
import { arch, cpus, platform } from "node:os";
import { fileURLToPath } from "node:url";
import type { Environment } from "../../run/index.ts";
import type { Runtime } from "../../runtime/index.ts";

/** What a run's last bits may depend on, as it is here and now. */
export function machineEnvironment({
  name,
  version,
}: Pick<Runtime, "name" | "version">): Environment {
  return {
    thalweg: packageVersion(),
    node: process.versions.node,
    platform: `${platform()}-${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cpuFeatures: cpuFeatures(),
    runtime: { name, version },
    optimization: { float32: "all", float64: "basic" },
  };
}

/** The version in package.json, three folders up from both src/node/store and dist/node/store. */
export function packageVersion(): string {
  const path = fileURLToPath(new URL("../../../package.json", import.meta.url));
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

/** Those by which matrix kernels are chosen; elsewhere than on Linux, none are known. */
const deciding = /^(sse4_[12]|avx\w*|fma|f16c|amx\w*|asimd\w*|sve\w*|i8mm|bf16)$/;

function cpuFeatures(): string[] {
  let text: string;
  try {
    text = readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return []; // not Linux
  }
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1] ?? "";
  return line
    .split(/\s+/)
    .filter((flag) => deciding.test(flag))
    .sort();
}
