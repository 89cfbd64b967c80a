import { expect, suite, test } from "vitest";
import { normalsFromWords } from "./normal.ts";

suite("normalsFromWords", () => {
  // Bits of the same arithmetic in CPython's doubles, over the ends of both words and both sides of √½.
  test.each<[number, number, string, string]>([
    [0x00000000, 0x00000000, "401b0e08d9986a8d", "3e353fb1e0735e5e"],
    [0x00000000, 0x00000001, "c01b0e08d9986a8d", "be353fb1e0735e5e"],
    [0xffffffff, 0x7fffffff, "bd0921fbb1e3243f", "bef0000000020000"],
    [0xffffffff, 0x80000000, "3d0921fbb1e3243f", "bef0000000020000"],
    [0x6627e8d5, 0xe169c58d, "bff42d891cb9d1a0", "3fdfcdaf8b42fd5d"],
    [0xbc57ac4c, 0x9b00dbd8, "3fd05052bcdb0e27", "bfe7b506b449f9e5"],
    [0xb504f333, 0x12345678, "3fe9facc80295bdc", "3fc79c1902757b48"],
    [0xb504f334, 0x87654321, "bfb3511f375d6a30", "3fea8837c100f317"],
    [0x00000001, 0xffffffff, "c01a65a983845923", "3e34bb74987bbfea"],
  ])("gives words %d, %d the bits of another engine, near the exact value", (w, v, cos, sin) => {
    const out = new Float64Array(2);
    normalsFromWords(Int32Array.of(w, v), out);
    const bits = new BigUint64Array(out.buffer);
    expect([...bits].map((x) => x.toString(16).padStart(16, "0"))).toEqual([cos, sin]);
    const r = Math.sqrt(-2 * Math.log1p((w + 0.5 - 2 ** 32) / 2 ** 32)) * (v & 1 ? -1 : 1);
    const angle = ((v >> 1) + 0.5) * (Math.PI / 2 ** 31);
    expect(Math.abs(out[0] - r * Math.cos(angle))).toBeLessThan(4e-15);
    expect(Math.abs(out[1] - r * Math.sin(angle))).toBeLessThan(4e-15);
    expect(Math.abs(out[0])).toBeLessThanOrEqual(6.7638);
  });
});
