import { expect, suite, test } from "vitest";
import { planSets } from "../../src/paper/found.ts";
import { claimsAt, type Experiment } from "../../src/paper/paper.ts";
import { paper } from "../../src/paper/three-factors/index.ts";

const ids = (scale: "quick" | "standard" | "paper") =>
  paper.experiments.flatMap((experiment) => claimsAt(experiment, scale));
const chosen = (scale: "quick" | "standard", claims: readonly string[]) =>
  planSets(paper, [["11"]], { scale, claims }).chosen.map(({ id }) => id);

suite("claims to choose from", () => {
  test("are those of every network of the scale", () => {
    expect(ids("quick").filter((id) => id.startsWith("S1"))).toEqual(["S1"]);
    expect(ids("standard").filter((id) => id.startsWith("S1"))).toEqual(["S1", "S1.resnet8", "S1.vgg11"]); // prettier-ignore
    expect(ids("paper").filter((id) => id.startsWith("S6"))).toEqual(["S6", "S6.vgg11"]);
  });

  test("choose the experiments that decide them", () => {
    expect(chosen("standard", ["S1.resnet8"])).toEqual(["sharpness"]);
    expect(chosen("quick", ["Y2", "sharpness", "S1"])).toEqual(["sharpness", "cycles"]);
  });

  test("are listed where one is not among them, for this paper at this scale", () => {
    const listed = paper.experiments.flatMap((one: Experiment) => [one.id, ...claimsAt(one, "quick")]); // prettier-ignore
    expect(listed).not.toContain("S1.resnet8");
    expect(() => chosen("quick", ["S1", "S1.resnet8"])).toThrow(
      `a claim of three-factors at quick must be one of ${listed.join(", ")}, got S1.resnet8`,
    );
    expect(() => chosen("standard", ["S7.vgg11"])).toThrow(
      /^a claim of three-factors at standard must be one of .*S6\.vgg11, .*, got S7\.vgg11$/,
    );
  });
});
