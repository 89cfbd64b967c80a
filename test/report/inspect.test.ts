import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import type { InspectResult } from "../../src/measure/inspect/result.ts";
import { createDocument } from "../../src/node/dom/index.ts";
import {
  comparisonWords,
  drawFigure,
  figuresOf,
  inspectPage,
  inspectReport,
  inspectWords,
  quantityWords,
  serialize,
  type Contours,
  type Scatter,
} from "../../src/report/index.ts";
import { along, comparison, full, least } from "./inspect-sample.ts";

const plain = (text: string) => text.replaceAll("\u00A0", " ");

describe("in words", () => {
  test("a full result says what was measured, how sharp, how noisy, and what was not checked", () => {
    expect(Object.values(inspectWords(full)).flat().map(plain)).toMatchInlineSnapshot(`
      [
        "Measured is the cross-entropy of the output before its trailing Softmax, mean over samples.",
        "BatchNorm uses its stored statistics.",
        "On these 1,000 samples λmax = 41.3 (residual 1·10⁻⁴; sampling error ±2.1, from the spread of u₁ᵀHᵢu₁).",
        "Full-batch gradient descent is locally unstable above η = 0.0484.",
        "For batches of 32, batch sharpness puts the one-step limit at 0.0312 ± 0.0020.",
        "Your η = 0.1 is beyond both at this checkpoint.",
        "That does not predict divergence: training usually moves to flatter ground.",
        "Not checked: schedule, augmentation, dropout, BatchNorm in training mode.",
        "The mean loss is 0.0512, the gradient's norm 0.810.",
        "The lowest eigenvalue is −1.20: this is not a minimum along its direction.",
        "Batch sharpness at batch size 32 is 64.2 ± 4.1.",
        "Gradient noise lies in sharp directions: it meets 1182 ± 62 times the curvature that isotropic noise of the same trace would.",
        "The gradient noise scale, Tr Σ/‖ḡ‖² less its own sampling noise, is at least 2100 samples.",
        "Raw sharpness is not invariant to reparametrisation and does not rank models of different architecture.",
        "The measurement was interrupted: what is missing is listed with its reason.",
        "± is one standard error.",
      ]
    `);
  });

  test.each([
    [
      2.31,
      [
        "Guessing evenly has ln 10 = 2.303: is the model untrained, or are the data not preprocessed as it expects?",
      ],
    ],
    [2.3, []],
  ])("a mean loss of %d over ten classes", (value, more) => {
    const loss = { ...full.measurements.loss!, value };
    const result = { ...full, data: { ...full.data, classes: 10 } };
    const words = inspectWords({ ...result, measurements: { ...full.measurements, loss } }).more;
    expect(words.map(plain).filter((sentence) => sentence.includes("Guessing"))).toEqual(more);
  });

  test("of several checkpoints, which one the numbers are of", () => {
    expect(plain(inspectWords(along).measured.at(-1)!)).toBe(
      "The numbers are of step-004400.safetensors, the last of 12 checkpoints; from step-000000.safetensors on λmax went from 2.00 to 21.8.",
    );
  });

  test("without a learning rate there are limits only", () => {
    const { learningRate: _, ...settings } = full.settings;
    const thresholds = full.measurements.thresholds!.map(({ at: _at, ...t }) => t);
    const { answer } = inspectWords({
      ...full,
      settings,
      measurements: { ...full.measurements, thresholds },
    });
    expect(answer.slice(1, -1).map(plain)).toEqual([
      "Full-batch gradient descent is locally unstable above η = 0.0484.",
      "For batches of 32, batch sharpness puts the one-step limit at 0.0312 ± 0.0020.",
    ]);
  });

  test.each([
    [["within", "within"], "Your η = 0.1 is within both at this checkpoint."],
    [
      ["beyond", "within"],
      "Your η = 0.1 is beyond the limit of λmax and within the limit of batch sharpness at this checkpoint.",
    ],
    [
      ["within", "undecided"],
      "Your η = 0.1 is within the limit of λmax and not told from the limit of batch sharpness at this checkpoint.",
    ],
  ] as const)("a rate that is %s", (verdicts, words) => {
    const thresholds = full.measurements.thresholds!.map((t, i) => ({
      ...t,
      at: { ...t.at!, verdict: verdicts[i] },
    }));
    const { answer } = inspectWords({
      ...full,
      measurements: { ...full.measurements, thresholds },
    });
    expect(answer).toContain(words);
    expect(answer.at(-2)).toBe(
      (verdicts as readonly string[]).includes("beyond")
        ? "That does not predict divergence: training usually moves to flatter ground."
        : "That holds here and now: training may still move to sharper ground.",
    );
  });

  test("limits in the mean square are one sentence, and its verdicts stand with them", () => {
    const [base] = full.measurements.thresholds!;
    const at = base.at!;
    const line = {
      ...base,
      optimizer: "sgd",
      meaning: "SGD with batches of 32, in the mean square",
    };
    const none = { value: null, status: "undefined", method: "", note: "no rate is sufficient: the Hessian has the negative eigenvalue −1.2" } as const; // prettier-ignore
    const { at: _, ...open } = line;
    const thresholds = [
      base,
      { ...open, quantity: "mean-square.bound", kind: "sufficient", limit: none } as const,
      { ...line, at: { ...at, verdict: "beyond" }, quantity: "mean-square.subspace", kind: "estimate", limit: { value: 0.02, method: "" } } as const, // prettier-ignore
    ];
    const words = inspectWords({ ...full, measurements: { ...full.measurements, thresholds } });
    expect(words.answer).toContain("Your η = 0.1 is beyond it at this checkpoint.");
    expect(words.more.slice(-2).map(plain)).toEqual([
      "In the mean square over batches of 32, near a minimum that all samples share, SGD is estimated to turn unstable at η = 0.0200 (yours is beyond it).",
      "At this checkpoint, though, no rate is sufficient: the Hessian has the negative eigenvalue −1.2.",
    ]);
  });

  test("it never says which rate to use", () => {
    for (const result of [full, least, along]) {
      expect(Object.values(inspectWords(result)).flat().join(" ")).not.toMatch(
        /\b(use|should|recommended|recommend|choose)\b/i,
      );
    }
  });

  test.each([
    [{ value: 41.34, stderr: 2.1, method: "" }, "41.3 ± 2.1"],
    [{ value: 120, status: "lower-bound", method: "" }, "at least 120"],
    [
      { value: null, status: "not-meaningful", method: "" },
      "not meaningful: its denominator is not told from 0",
    ],
    [
      { value: null, status: "too-large", note: "P is 61706", method: "" },
      "not computed: P is 61706",
    ],
    [{ value: null, status: "undefined", method: "" }, "undefined"],
    [{ value: null, status: "not-finite", method: "" }, "not finite"],
  ] as const)("%o", (quantity, words) => {
    expect(plain(quantityWords(quantity))).toBe(words);
  });

  test("two models", () => {
    expect(comparisonWords(comparison).map(plain)).toMatchInlineSnapshot(`
      [
        "A is mnist-lenet-relu-dynbatch.onnx, B is mnist-7-cntk.onnx; both were measured on the same 1,000 samples with the same draws.",
        "B is lower in λmax of the Hessian (by 16.5), Tr H (by 91.2 ± 5.1), batch sharpness (by 27.1 ± 3.3).",
        "Not told apart: loss.",
        "The measurement was interrupted: what both had finished is compared.",
        "Raw sharpness is not invariant to reparametrisation: equal functions can differ in it.",
      ]
    `);
  });
});

const ids = (result: InspectResult) => inspectPage(result).sections.map(({ id }) => id);

describe("the page", () => {
  test("has a section for all that was measured, and none for what was not", () => {
    expect(ids(full)).toEqual([
      "thresholds",
      "spectrum",
      "batch-sizes",
      "eigenvectors",
      "layers",
      "samples",
      "landscape",
      "numbers",
    ]);
    expect(ids(least)).toEqual(["spectrum", "numbers"]);
    expect(ids(along)).toEqual(["checkpoints", ...ids(full)]);
    expect(ids({ ...least, measurements: {} })).toEqual([]);
  });

  test.each(Object.entries({ full, least, along, comparison }))(
    "of %s is whole: no number that is none, unique ids, links that lead somewhere, the same bytes again",
    (_name, result) => {
      const html = inspectReport(result, createDocument());
      const page = parseHTML(html).document;
      expect(page.body.textContent).not.toMatch(/NaN|undefined\b(?! where)|null|\[object/);
      const all = Array.from(page.querySelectorAll("[id]"), (e) => e.id);
      expect(new Set(all).size).toBe(all.length);
      for (const a of Array.from(page.querySelectorAll('a[href^="#"]')))
        expect(all).toContain(decodeURIComponent(a.getAttribute("href")!.slice(1)));
      expect(page.querySelectorAll("[src], iframe, link:not([rel=icon])").length).toBe(0);
      expect(
        inspectReport(JSON.parse(JSON.stringify(result)) as typeof result, createDocument()),
      ).toBe(html);
    },
  );

  test("carries hashes, seed, settings, sources and a command that can be typed", () => {
    const text = parseHTML(inspectReport(full, createDocument())).document.body.textContent;
    for (const part of [
      full.model.sha256,
      full.data.sha256,
      "thalweg inspect \\\n  models/mnist-lenet-relu-dynbatch.onnx \\\n  --data data/mnist-test.npz",
      "--until 'stderr<5%'",
      '"batchnorm": "stored"',
      "https://arxiv.org/abs/2412.20553",
      "412 MiB",
      "interrupted after 41 of 60 products",
    ])
      expect(text).toContain(part);
    const typed = inspectReport(full, createDocument(), { command: "thalweg inspect it" });
    expect(parseHTML(typed).document.querySelector(".command")!.textContent).toBe(
      "thalweg inspect it",
    );
  });

  test("names from the file are text, never markup", () => {
    const evil = `</script><img src=x onerror=alert(1)>`;
    const layers = full.measurements["hessian.layers"]!.map((l) => ({ ...l, name: l.name + evil }));
    const html = inspectReport(
      {
        ...full,
        model: { ...full.model, file: evil },
        measurements: { ...full.measurements, "hessian.layers": layers },
      },
      createDocument(),
    );
    expect(html).not.toContain("<img");
    expect(parseHTML(html).document.querySelectorAll("script").length).toBe(1);
  });
});

describe("figures", () => {
  const drawn = [...figuresOf(inspectPage(full)), ...figuresOf(inspectPage(along)).slice(0, 1)];

  // The pictures in snapshots/ open in any browser: look at them before accepting a change.
  test.each(drawn.filter(({ name }) => !name.startsWith("landscape-1")))(
    "$name is drawn as before",
    async ({ name, figure }) => {
      const text = serialize(drawFigure(createDocument(), figure, { width: 736 }));
      expect(text).not.toMatch(/NaN|Infinity|undefined/);
      await expect(`${text.replaceAll("><", ">\n<")}\n`).toMatchFileSnapshot(
        `snapshots/inspect-${name}.svg`,
      );
    },
  );

  test("the contour of a quadratic bowl is the circle of its level, and a gap is above all levels", () => {
    const grid = Array.from({ length: 41 }, (_, i) => -1 + i / 20);
    const values = grid.map((x) => grid.map((y) => (x > 0.9 && y > 0.9 ? null : x * x + y * y)));
    const figure: Contours = {
      kind: "contours",
      description: "a bowl",
      xLabel: "x",
      yLabel: "y",
      x: grid,
      y: grid,
      values,
      levels: [0.25],
    };
    const svg = drawFigure(createDocument(), figure, { width: 736 });
    const path = svg.querySelector("path[fill-opacity], g[fill-opacity] path, g[fill] path")!;
    const points = Array.from(
      path.getAttribute("d")!.matchAll(/([\d.]+),([\d.]+)/g),
      (m) => [Number(m[1]), Number(m[2])] as const,
    );
    const [left, top, side] = [48, 32, 560];
    const radii = points
      .map(([x, y]) => Math.hypot(((x - left) / side) * 2 - 1, 1 - ((y - top) / side) * 2))
      .filter((r) => r < 0.9);
    expect(radii.length).toBeGreaterThan(30);
    for (const r of radii) expect(Math.abs(r - 0.5)).toBeLessThan(0.01);
  });

  test("points in proportion lie on the line of proportion", () => {
    const figure: Scatter = {
      kind: "scatter",
      description: "a line",
      xLabel: "x",
      yLabel: "y",
      series: [{ name: "", colour: "blue", points: [1, 3, 40].map((x) => ({ x, y: 7 * x })) }],
      lines: [{ label: "seven", factor: 7 }],
    };
    const svg = drawFigure(createDocument(), figure, { width: 736 });
    const d = svg.querySelector('[stroke-dasharray="5 4"]')!;
    const ends = Array.from(
      (d.querySelector("path") ?? d).getAttribute("d")!.matchAll(/([\d.]+),([\d.]+)/g),
      (m) => [Number(m[1]), Number(m[2])] as const,
    );
    const [[x0, y0], [x1, y1]] = [ends[0], ends.at(-1)!];
    const dots = Array.from(svg.querySelectorAll("circle"));
    expect(dots.length).toBe(3);
    for (const dot of dots) {
      const [cx, cy] = [Number(dot.getAttribute("cx")), Number(dot.getAttribute("cy"))];
      expect(Math.abs(y0 + ((cx - x0) / (x1 - x0)) * (y1 - y0) - cy)).toBeLessThan(0.1);
    }
  });
});
