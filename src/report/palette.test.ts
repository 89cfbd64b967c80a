import { describe, expect, test } from "vitest";
import { dark, light, paint, ramp, type Colour, type Palette } from "./palette.ts";

type Rgb = readonly [number, number, number];

// Machado, Oliveira & Fernandes (2009), severity 1, on linear RGB.
const deficiencies: Record<string, readonly [Rgb, Rgb, Rgb]> = {
  "no deficiency": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function linear(hex: string): Rgb {
  const part = (i: number) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

function luminance([r, g, b]: Rgb): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2 contrast. */
function contrast(a: string, b: string): number {
  const [x, y] = [luminance(linear(a)), luminance(linear(b))];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

function seenBy(matrix: readonly [Rgb, Rgb, Rgb], [r, g, b]: Rgb): Rgb {
  const clamp = (v: number) => Math.min(1, Math.max(0, v));
  const [x, y, z] = matrix.map((m) => clamp(m[0] * r + m[1] * g + m[2] * b));
  return [x, y, z];
}

/** CIE 1976 difference, D65. About 2 is the least that is seen side by side. */
function difference(a: Rgb, b: Rgb): number {
  const lab = ([r, g, bl]: Rgb): Rgb => {
    const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27) * (t / 116) + 16 / 116);
    const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * bl) / 0.95047);
    const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * bl);
    const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * bl) / 1.08883);
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
  };
  const [p, q] = [lab(a), lab(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

const lines: readonly Colour[] = ["blue", "vermilion", "green", "purple"];
const steps: readonly Colour[] = ["step-1", "step-2", "step-3", "step-4", "step-5", "step-6"];

describe.each([
  ["light", light],
  ["dark", dark],
] as [string, Palette][])("the %s palette", (_name, palette) => {
  test("text stands 4.5 : 1 against what is behind it", () => {
    for (const paper of ["paper", "sunken", "raised"] as const)
      for (const ink of ["text", "muted", "link"] as const)
        expect(contrast(palette[ink], palette[paper]), `${ink} on ${paper}`).toBeGreaterThan(4.5);
    for (const chip of ["good", "bad", "unsure"] as const)
      expect(contrast(palette[chip], palette[`${chip}-paper`]), chip).toBeGreaterThan(4.5);
  });

  test("lines stand 3 : 1 against the paper", () => {
    for (const colour of [...lines, ...steps, "amber", "grey", "ink"] as const)
      expect(contrast(palette[colour], palette.paper), colour).toBeGreaterThan(3);
  });

  test.each(Object.entries(deficiencies))(
    "lines differ by at least 12 in CIELAB with %s",
    (_d, matrix) => {
      for (const family of [lines, steps])
        for (const a of family)
          for (const b of family.slice(family.indexOf(a) + 1)) {
            const [x, y] = [a, b].map((c) => seenBy(matrix, linear(palette[c])));
            expect(difference(x, y), `${a} and ${b}`).toBeGreaterThan(12);
          }
    },
  );
});

test("a paint names its role and falls back to the light value", () => {
  expect(paint("blue")).toBe(`var(--blue, ${light.blue})`);
});

test("a ramp spans the steps", () => {
  expect(ramp(0)).toEqual([]);
  expect(ramp(1)).toEqual(["step-4"]);
  expect(ramp(3)).toEqual(["step-1", "step-4", "step-6"]);
  expect(ramp(8).slice(5)).toEqual(["step-6", "step-6", "step-6"]);
});
