/**
 * A seed of its own for each condition under a seed, so that no two conditions share random numbers:
 * FNV-1a of the label in the low 40 bits.
 */
export function conditionSeed(seed: string, label: string): string {
  const mask = (1n << 64n) - 1n;
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(label))
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & mask;
  return String(((BigInt(seed) << 40n) | (hash & ((1n << 40n) - 1n))) & mask);
}
