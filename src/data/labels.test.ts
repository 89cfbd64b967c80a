import { expect, suite, test } from "vitest";
import { stream } from "../random/index.ts";
import { corruptLabels, type Dataset } from "./index.ts";

const n = 20_000;
const classes = 10;
const toy: Dataset = {
  name: "toy",
  source: "made here",
  inputs: { data: new Float32Array(n), shape: [n, 1] },
  labels: Int32Array.from({ length: n }, (_, i) => i % classes),
  classes,
};

suite("corruptLabels", () => {
  test("draws round(fraction·N) different samples and leaves the others", () => {
    const { dataset, corrupted } = corruptLabels(toy, 0.3, stream("1", "label-noise"));
    expect(corrupted.length).toBe(6000);
    const drawn = new Set(corrupted);
    expect(drawn.size).toBe(6000);
    expect(corrupted).toEqual(corrupted.slice().sort());
    for (let i = 0; i < n; i++) if (!drawn.has(i)) expect(dataset.labels![i]).toBe(toy.labels![i]);
    expect(toy.labels![0]).toBe(0);
  });

  test("gives uniform labels: right by chance once in 10, every class equally, within 4 standard errors", () => {
    const { dataset, corrupted } = corruptLabels(toy, 0.5, stream("2", "label-noise"));
    const k = corrupted.length;
    const error = Math.sqrt(k * 0.1 * 0.9);
    const same = corrupted.filter((i) => dataset.labels![i] === toy.labels![i]).length;
    expect(Math.abs(same - k / 10) / error).toBeLessThan(4);
    const counts = Array.from({ length: classes }, () => 0);
    for (const i of corrupted) counts[dataset.labels![i]]++;
    for (const count of counts) expect(Math.abs(count - k / 10) / error).toBeLessThan(4);
  });

  test("draws every sample with equal chance, within 4 standard errors", () => {
    // The mean index of k of n without replacement: variance (n² − 1)/12 · (n − k)/(n − 1)/k.
    const { corrupted } = corruptLabels(toy, 0.1, stream("3", "label-noise"));
    const k = corrupted.length;
    const mean = corrupted.reduce((a, b) => a + b, 0) / k;
    const error = Math.sqrt((((n * n - 1) / 12) * (n - k)) / (n - 1) / k);
    expect(Math.abs(mean - (n - 1) / 2) / error).toBeLessThan(4);
  });

  test("depends on the stream alone", () => {
    const once = corruptLabels(toy, 0.2, stream("4", "label-noise"));
    expect(corruptLabels(toy, 0.2, stream("4", "label-noise"))).toEqual(once);
    expect(corruptLabels(toy, 0.2, stream("5", "label-noise")).corrupted).not.toEqual(
      once.corrupted,
    );
  });

  test("goes from none to all, and refuses other fractions", () => {
    expect(corruptLabels(toy, 0, stream("6", "x")).dataset.labels).toEqual(toy.labels);
    expect(corruptLabels(toy, 1, stream("6", "x")).corrupted.length).toBe(n);
    expect(() => corruptLabels(toy, 1.5, stream("6", "x"))).toThrow(
      new RangeError("the fraction of random labels must be from 0 to 1, got 1.5"),
    );
  });
});
