/** The machine and programs of a run: what its last bits may depend on. */
export interface Environment {
  readonly thalweg: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  /** Instruction sets that kernels choose by, sorted. */
  readonly cpuFeatures: readonly string[];
  readonly runtime: { readonly name: string; readonly version: string };
  /** Of graphs, by precision: levels differ in the last bits. */
  readonly optimization: { readonly float32: string; readonly float64: string };
}

/**
 * In what two environments differ that can change results, one phrase each; empty where a resumed run
 * continues bit for bit. The processor's name does not count, its instruction sets do.
 */
export function differences(before: Environment, now: Environment): string[] {
  const out: string[] = [];
  const compare = (what: string, a: string, b: string) => {
    if (a !== b) out.push(`${what} ${a || "none"} before, ${b || "none"} now`);
  };
  compare("thalweg", before.thalweg, now.thalweg);
  compare("node", before.node, now.node);
  compare("platform", before.platform, now.platform);
  compare("runtime", describe(before), describe(now));
  compare("float32 optimization", before.optimization.float32, now.optimization.float32);
  compare("float64 optimization", before.optimization.float64, now.optimization.float64);
  const lost = before.cpuFeatures.filter((feature) => !now.cpuFeatures.includes(feature));
  const gained = now.cpuFeatures.filter((feature) => !before.cpuFeatures.includes(feature));
  if (lost.length > 0) out.push(`cpu features ${lost.join(", ")} before, not now`);
  if (gained.length > 0) out.push(`cpu features ${gained.join(", ")} now, not before`);
  return out;
}

const describe = ({ runtime }: Environment) => `${runtime.name} ${runtime.version}`;
