import * as fc from "fast-check";
import { expect, suite, test } from "vitest";
import { stringify } from "yaml";
import {
  ConfigError,
  parseClassWeights,
  parseInspect,
  parseMemory,
  parseNames,
  parseOptimizer,
  parseOverride,
  parseTraining,
  parseUntil,
  readConfigText,
} from "../../src/run/index.ts";
import { meterAllocations, within } from "./bounds.ts";
import { mutationOf } from "./mutations.ts";
import { fuzzRuns } from "./runs.ts";

const training = {
  name: "run-1",
  model: { kind: "mlp", hidden: [16, 8], activation: "tanh", init: { kind: "xavier-uniform" } },
  data: {
    name: "fashion-mnist",
    count: 1024,
    labelNoise: { fraction: 0.1 },
    standardise: "global",
  },
  loss: "cross-entropy",
  optimizer: {
    kind: "adam",
    learningRate: { kind: "cosine", value: 0.1, steps: 50 },
    weightDecay: 1e-4,
  },
  batchSize: 32,
  sampler: { kind: "epochs", last: "drop" },
  steps: 100,
  seed: "7",
  noise: { kind: "sde", imitates: 0.1 },
  probes: [{ kind: "batch-sharpness", every: 10 }],
  stop: { lossBelow: 0.01, every: 5 },
};
const yaml = `# of a person
defaults: &d
  kind: sgd
optimizer: { <<: *d, learningRate: 0.1 }
model: {kind: onnx, file: "a b.onnx"}
data: {name: data.npz}
batchSize: 8
steps: 1_0
`;
const onnx = { model: { kind: "onnx", file: "m.onnx", output: "y" }, data: { name: "d.npz" }, optimizer: { kind: "momentum", momentum: 0.9, learningRate: 0.1 }, batchSize: 4, steps: 10 }; // prettier-ignore
const flags = {
  data: "d.npz",
  loss: "cross-entropy",
  optimizer: "adam:0.9:0.99",
  until: "stderr<1%",
  memory: "2GB",
  only: ["fc*"],
};
const map = { "fc1.weight": "module.fc1.weight", __proto__x: "y", constructor: "z" };

const trained = (text: string) => {
  const config = readConfigText(text, "f.yaml");
  return parseTraining(config.value, { text: config });
};

/** What reads text that a person wrote, a text that it takes, and one at least that it must refuse. */
const readers: readonly {
  readonly name: string;
  readonly valid: string;
  readonly read: (text: string) => unknown;
}[] = [
  { name: "training config, JSON", valid: JSON.stringify(training), read: trained },
  { name: "training config, YAML", valid: stringify(training), read: trained },
  { name: "training config of an ONNX file", valid: stringify(onnx), read: trained },
  {
    name: "YAML with anchors and merges",
    valid: yaml,
    read: (text) => readConfigText(text, "f.yaml"),
  },
  {
    name: "override",
    valid: "optimizer.learningRate={kind: cosine, value: 0.1, steps: 10}",
    read: (text) => parseTraining(onnx, { overrides: [parseOverride(text)] }),
  },
  {
    name: "inspect's flags",
    valid: JSON.stringify(flags),
    read(text) {
      const config = parseInspect({ ...(readConfigText(text, "f.json").value as object) });
      return [
        parseOptimizer(config.optimizer),
        parseUntil(config.until ?? "stderr<1%"),
        parseMemory(config.memory ?? "1GB"),
      ];
    },
  },
  { name: "names", valid: JSON.stringify(map), read: (text) => parseNames(text, "names.json") },
  {
    name: "class weights",
    valid: "[1, 2.5, 0]",
    read: (text) => parseClassWeights(text, "weights.json"),
  },
];

const numRuns = fuzzRuns("configs", readers.length);
meterAllocations();

suite.each(readers)("$name", ({ valid, read }) => {
  const utf8 = new TextEncoder().encode(valid);

  test("takes the text before it is damaged", () => {
    expect(() => read(valid)).not.toThrow();
  });

  test(`of ${numRuns} damaged texts refuses with a ConfigError, or reads, within its bounds of memory and time`, () => {
    let refused = 0;
    const before = Object.keys(Object.prototype).length;
    fc.assert(
      fc.property(mutationOf(utf8), (bytes) => {
        const text = new TextDecoder().decode(bytes);
        const error = within({ bytes: 2 ** 20, milliseconds: 2000 }, () => read(text));
        if (error === undefined) return;
        if (!(error instanceof ConfigError)) throw error;
        // One line for each thing that is wrong, none of them without an end.
        for (const line of error.message.split("\n")) expect(line.length).toBeLessThan(1000);
        expect(error.message).not.toMatch(/\[object|undefined is|Cannot read/);
        refused++;
      }),
      { numRuns, seed: 20_261_122 },
    );
    expect(Object.keys(Object.prototype).length).toBe(before);
    expect(refused).toBeGreaterThan(numRuns / 20);
  });
});

test.each([
  ["aliases that multiply", `a: &a [1,1,1,1,1,1,1,1,1]\n${"bcdefghij".split("").map((c, i) => `${c}: &${c} [${Array(9).fill(`*${"abcdefghij"[i]}`).join(",")}]`).join("\n")}`], // prettier-ignore
  ["lists within lists", "[".repeat(20_000)],
  ["mappings within mappings", "{a: ".repeat(20_000)],
  ["indented mappings", Array.from({ length: 2_000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
  ["an anchor within itself", "a: &a [*a]"],
])("%s are refused and cost nothing", (_, text) => {
  const error = within({ bytes: 2 ** 24, milliseconds: 5000 }, () => trained(text));
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as Error).message.length).toBeLessThan(20_000);
});
