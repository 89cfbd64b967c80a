import { describe, expect, test } from "vitest";
import {
  ConfigError,
  parseOverride,
  parseTraining,
  readConfigText,
  trainingJsonSchema,
} from "./index.ts";

const small = {
  model: { kind: "mlp" },
  data: { name: "fashion-mnist", count: 100 },
  optimizer: { kind: "sgd", learningRate: 0.1 },
  batchSize: 10,
  steps: 50,
};

function complaint(raw: unknown, sets: string[] = []): string {
  try {
    parseTraining(raw, { overrides: sets.map((text) => parseOverride(text)) });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

describe("parseTraining", () => {
  test("completes every choice and every seed", () => {
    expect(parseTraining(small)).toEqual({
      name: "mlp-fashion-mnist",
      model: {
        kind: "mlp",
        hidden: [512, 512],
        activation: "relu",
        bias: true,
        init: { kind: "kaiming-normal", scale: 0.2, fan: "in" },
      },
      data: { name: "fashion-mnist", count: 100, standardise: "global" },
      loss: "cross-entropy",
      optimizer: { kind: "sgd", learningRate: 0.1, weightDecay: 0 },
      batchSize: 10,
      sampler: { kind: "epochs", last: "keep" },
      steps: 50,
      precision: "float32",
      seed: "1",
      orderSeed: "1",
      probes: [],
      checkpointEvery: 5,
    });
  });

  test("completing twice changes nothing", () => {
    const once = parseTraining({ ...small, seed: 7, data: { name: "a/b.csv" } });
    expect(parseTraining(structuredClone(once))).toEqual(once);
    expect(once).toMatchObject({ name: "mlp-b.csv", seed: "7", orderSeed: "7" });
    expect(once.data.standardise).toBe("feature");
  });

  test.each([
    [
      { ...small, optimizer: { kind: "momentum", learningRate: 1, momentm: 0.9 } },
      'Unrecognized key: "momentm" at optimizer; did you mean "momentum"?',
    ],
    [{ ...small, stepz: 3 }, 'Unrecognized key: "stepz"; did you mean "steps"?'],
    [{ ...small, batch_size: 3 }, 'Unrecognized key: "batch_size"; did you mean "batchSize"?'],
    [
      { ...small, learningRate: 3 },
      'Unrecognized key: "learningRate"; did you mean "optimizer.learningRate"?',
    ],
    [{ ...small, lr: 3 }, 'Unrecognized key: "lr"; did you mean "optimizer.learningRate"?'],
    [
      { ...small, optimizer: { kind: "sgd", learningRate: 1, momentum: 0.9 } },
      'Unrecognized key: "momentum" at optimizer; the kind sgd has no such setting',
    ],
    [{ ...small, frobnicate: 3 }, 'Unrecognized key: "frobnicate"'],
    [
      { ...small, optimizer: { kind: "sdg", learningRate: 1 } },
      'optimizer.kind must be one of sgd, momentum, nesterov, adam, adamw, rmsprop, got "sdg"; did you mean "sgd"?',
    ],
    [
      { ...small, optimizer: { learningRate: 1 } },
      "optimizer.kind is missing: one of sgd, momentum, nesterov, adam, adamw, rmsprop is needed",
    ],
    [
      { ...small, loss: "crossentropy" },
      'loss must be one of cross-entropy, squared-error, half-squared-error, mean-squared-error, got "crossentropy"; did you mean "cross-entropy"?',
    ],
    [{ ...small, steps: undefined }, "steps is missing: a number is needed"],
    [{ ...small, steps: 1.5 }, "steps must be a whole number, got 1.5"],
    [{ ...small, steps: 0 }, "steps must be greater than 0, got 0"],
    [
      { ...small, optimizer: { kind: "sgd", learningRate: -1 } },
      "optimizer.learningRate must be greater than 0, got -1",
    ],
    [
      { ...small, optimizer: { kind: "sgd", learningRate: { kind: "cosine", value: 1, stps: 5 } } },
      'optimizer.learningRate.steps is missing: a number is needed\nUnrecognized key: "stps" at optimizer.learningRate; did you mean "steps"?',
    ],
    [
      { ...small, optimizer: { kind: "sgd", learningRate: "fast" } },
      'optimizer.learningRate must be a number or a mapping, got "fast"',
    ],
    [{ ...small, seed: "0x1" }, 'seed must be a decimal string of a whole number, got "0x1"'],
    [{ ...small, seed: "one" }, 'seed must be a decimal string of a whole number, got "one"'],
    [
      { ...small, probes: [{ kind: "full-loss", evry: 5 }] },
      'probes.0.every is missing: a number is needed\nUnrecognized key: "evry" at probes.0; did you mean "every"?',
    ],
    [{ ...small, batchSize: 101 }, "batchSize must be at most data.count, 100, got 101"],
    ["just text", 'the config must be a mapping, got "just text"'],
  ])("says what is wrong with %j", (raw, message) => {
    expect(complaint(raw)).toBe(message);
  });

  test("takes overrides, in their order, and names one that is wrong", () => {
    const overrides = ["optimizer.learningRate=0.02", "model.hidden=[32, 16]", "data.count=64"];
    const config = parseTraining(small, { overrides: overrides.map((o) => parseOverride(o)) });
    expect(config.optimizer.learningRate).toBe(0.02);
    expect(config.model).toMatchObject({ hidden: [32, 16] });
    expect(complaint(small, ["optimizer.learningRte=0.02"])).toBe(
      '--set optimizer.learningRte=0.02: Unrecognized key: "learningRte" at optimizer; did you mean "learningRate"?',
    );
    expect(complaint(small, ["optimizer.learningRate=slow"])).toBe(
      '--set optimizer.learningRate=slow: optimizer.learningRate must be a number or a mapping, got "slow"',
    );
    expect(complaint(small, ["steps.a=1"])).toBe("--set steps.a=1: steps is 50 and has no parts");
    expect(complaint({ ...small, probes: [] }, ["probes.0.every=1"])).toBe(
      '--set probes.0.every=1: probes is a list of 0, so it has no entry "0"',
    );
    expect(() => parseOverride("steps")).toThrow(
      '--set steps: an override must be KEY.PATH=VALUE, got "steps"',
    );
  });

  test("points at line and column of a file", () => {
    const text = readConfigText(
      "model: { kind: mlp }\ndata:\n  name: mnist\noptimizer:\n  kind: momentum\n  momentm: 0.9\n  learningRate: -1\nsteps: 10\nbatchSize: 4\n",
      "run.yaml",
    );
    expect(() => parseTraining(text.value, { text })).toThrow(
      new ConfigError(
        'run.yaml:7:17: optimizer.learningRate must be greater than 0, got -1\nrun.yaml:6:3: Unrecognized key: "momentm" at optimizer; did you mean "momentum"?',
      ),
    );
    const missing = readConfigText("model: { kind: mlp }\ndata:\n  split: test\n", "run.yaml");
    expect(() => parseTraining(missing.value, { text: missing })).toThrow(
      "run.yaml:2:1: data.name is missing: text is needed",
    );
    expect(() => readConfigText("a: [1, 2\nb: 3", "bad.yaml")).toThrow(
      /^bad\.yaml:2:1: not YAML: /,
    );
  });

  test("its JSON Schema is of the same keys", () => {
    const schema = trainingJsonSchema() as { properties: object; required: string[] };
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining(["model", "data", "optimizer", "steps", "probes"]),
    );
    expect(schema.required.sort()).toEqual(["batchSize", "data", "model", "optimizer", "steps"]);
  });
});
