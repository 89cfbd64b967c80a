import { expect, suite, test } from "vitest";
import { claimsAt, type Experiment, type Plan, type Work } from "../../src/paper/paper.ts";
import { cycles } from "../../src/paper/three-factors/cycles.ts";
import { paper } from "../../src/paper/three-factors/index.ts";
import { interpolation } from "../../src/paper/three-factors/interpolation.ts";
import type {
  InterpolationInput,
  InterpolationResult,
} from "../../src/paper/three-factors/interpolation-task.ts";
import { memorisation } from "../../src/paper/three-factors/memorisation.ts";
import { networkScales } from "../../src/paper/three-factors/network-cells.ts";
import type { NetworkInput, NetworkResult } from "../../src/paper/three-factors/network-task.ts";
import { rescaling } from "../../src/paper/three-factors/rescaling.ts";
import { timeOf } from "../../src/paper/three-factors/setting.ts";
import { sharpnessSweep } from "../../src/paper/three-factors/sharpness.ts";
import { normalAt, stream } from "../../src/random/index.ts";
import type { Json } from "../../src/run/index.ts";

const plan: Plan = { scale: "quick", seeds: ["11", "12", "13"] };
const [network] = networkScales.quick;

function verdicts(experiment: Experiment, make: (work: Work) => object): Record<string, string> {
  const results = experiment.plan(plan).map((work) => make(work) as unknown as Json);
  const { claims } = experiment.judge(results, plan);
  expect(claims.map(({ id }) => id)).toEqual(experiment.claims);
  return Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));
}

/** How a made-up network comes out of η and S; the noise's temperature is n = η/S, 0 with full gradients. */
interface World {
  readonly lambdaMax: (eta: number, n: number) => number;
  readonly excess: (eta: number, n: number) => number;
  readonly loss: (time: number, eta: number, n: number) => number;
  readonly validation: (n: number) => number;
  readonly random: (clean: number, n: number) => number;
  readonly clean: (time: number, n: number) => number;
}

const base = network.eta / network.batchSize;

/** As the paper says. */
const asClaimed: World = {
  lambdaMax: (eta, n) => (eta > 0.15 ? 0.5 : 1) * 8 * (n / base + 0.1) ** -0.6,
  excess: (_, n) => n,
  loss: (time, _, n) => 2 * Math.exp((-time / 100) * (1 - 0.2 * Math.min(1, n / base))) + n,
  validation: (n) => 0.8 + 0.02 * Math.log(n / base + 0.1),
  clean: (time, n) => Math.min(1, 0.6 + time / 300 - 0.02 * Math.log(n / base + 0.1)),
  random: (clean, n) => clean - 0.5 - 0.1 * Math.log(n / base + 0.1),
};

function made(world: World) {
  return (work: Work): NetworkResult => {
    const input = work.input as unknown as NetworkInput;
    const whole = timeOf(input.phases);
    const noiseOf = ({ learningRate, batchSize }: (typeof input.phases)[0]) =>
      batchSize >= input.samples ? 0 : learningRate / batchSize;
    // Over phases, in the mean over time.
    const mean = (of: (phase: (typeof input.phases)[0]) => number) =>
      input.phases.reduce((sum, p) => sum + (of(p) * p.learningRate * p.steps) / whole, 0);
    // A fork is what it has become; a cycle is its mean.
    const n = work.label.startsWith("fork") ? noiseOf(input.phases[1]) : mean(noiseOf);
    const eta = Math.max(...input.phases.map((p) => p.learningRate));
    const draws = stream(input.seed, work.label);
    const wobble = (i: number) => 1 + 0.005 * normalAt(draws, i);
    const lambdaMax = world.lambdaMax(eta, n) * wobble(0);
    const looks = Array.from({ length: input.looks }, (_, i) => {
      const time = ((i + 1) * whole) / input.looks;
      const clean = world.clean(time, n);
      return {
        time,
        loss: world.loss(time, eta, n) * wobble(10 + i),
        clean,
        random: world.random(clean, n) + 0.002 * normalAt(draws, 1000 + i),
        validation: world.validation(n) * (1 + 0.001 * normalAt(draws, 3)),
      };
    });
    return {
      status: "finished",
      looks,
      loss: looks.at(-1)!.loss,
      excess: Math.max(1e-9, world.excess(eta, n)) * wobble(1),
      trace: 4,
      lambdaMax,
      frobenius: 2 * lambdaMax * wobble(2),
      sampleSet: "made up",
      parameterCount: 10,
    };
  };
}

const world = (over: Partial<World> = {}) => made({ ...asClaimed, ...over });
const all = (ids: string, verdict: string) =>
  Object.fromEntries(ids.split(" ").map((id) => [id, verdict]));

suite("rescaling", () => {
  test("holds where only η/S counts", () => {
    expect(verdicts(rescaling, world())).toEqual(all("R1 R2 R3 R4 R5 R6", "reproduced"));
  });

  test("falls where η alone counts", () => {
    const byEta = world({ excess: (eta) => eta / 16, lambdaMax: (eta) => 0.5 / eta });
    expect(verdicts(rescaling, byEta)).toMatchObject(all("R2 R3 R4", "not reproduced"));
    const curves = world({ loss: (time, eta) => Math.exp((-time * eta) / 10) });
    expect(verdicts(rescaling, curves)["R1"]).toBe("not reproduced");
  });

  test("is undecided where four times the batch changes nothing, and without noise", () => {
    const same = world({ excess: () => 1e-3, lambdaMax: () => 8, loss: () => 1 });
    expect(verdicts(rescaling, same)).toMatchObject(all("R1 R2 R3 R4", "inconclusive"));
    const silent = verdicts(rescaling, world({ excess: () => 0, lambdaMax: () => 8 }));
    expect(["R2", "R3", "R4", "R6"].map((id) => silent[id])).not.toContain("reproduced");
  });

  test("breaks at large η only where it does", () => {
    const never = world({ lambdaMax: (_, n) => asClaimed.lambdaMax(0, n) });
    expect(verdicts(rescaling, never)["R5"]).toBe("not reproduced");
    const early = verdicts(rescaling, world({ lambdaMax: (eta, n) => asClaimed.lambdaMax(eta, n) / eta })); // prettier-ignore
    expect(early["R5"]).toBe("inconclusive");
  });

  test("a run without end is a break, and leaves what it was compared with undecided", () => {
    const lost = (work: Work) => ({ ...world()(work), status: "diverged", looks: [], excess: NaN, lambdaMax: NaN }); // prettier-ignore
    const c = `η = ${(network.large * network.eta).toFixed(3)}`;
    expect(verdicts(rescaling, (w) => (w.label.startsWith(c) ? lost(w) : world()(w)))["R5"]).toBe("reproduced"); // prettier-ignore
    expect(new Set(["R1", "R2", "R3"].map((id) => verdicts(rescaling, lost)[id]))).toEqual(new Set(["inconclusive"])); // prettier-ignore
  });

  test("says no law where a tenth is kept up", () => {
    expect(verdicts(rescaling, world({ excess: (_, n) => n / 10 }))["R6"]).toBe("not reproduced");
  });
});

suite("sharpness", () => {
  test("falls with η/S", () => {
    expect(verdicts(sharpnessSweep, world())).toEqual(all("S1 S2 S3 S4 S5 S6", "reproduced"));
    // Where full gradients are not at the bound either, nothing shows what it would look like.
    const far = world({ lambdaMax: (eta, n) => (n === 0 ? 8 : asClaimed.lambdaMax(eta, n)) });
    expect(verdicts(sharpnessSweep, far)["S6"]).toBe("inconclusive");
  });

  test("is not reproduced where it rises, nor where the bound 2/η is all there is", () => {
    const rising = world({ lambdaMax: (_, n) => 8 * (n / base + 0.1) ** 0.3 });
    expect(verdicts(sharpnessSweep, rising)).toMatchObject(all("S1 S2 S4", "not reproduced"));
    const bound = verdicts(sharpnessSweep, world({ lambdaMax: (eta) => 1.8 / eta }));
    expect(bound).toMatchObject(all("S4 S5 S6", "not reproduced"));
  });

  test("is undecided where one η/S does the same, or nothing changes", () => {
    const byEta = world({ lambdaMax: (eta, n) => asClaimed.lambdaMax(eta, n) / eta });
    expect(verdicts(sharpnessSweep, byEta)).toMatchObject({ S4: "inconclusive", S5: "not reproduced" }); // prettier-ignore
    const fitted = world({ clean: (_, n) => 0.9 + 0.02 * Math.log(n / base + 0.1) });
    expect(verdicts(sharpnessSweep, fitted)["S3"]).toBe("inconclusive");
    const nothing = verdicts(sharpnessSweep, world({ lambdaMax: () => 8, validation: () => 0.8 }));
    expect(nothing).toMatchObject({ S1: "not reproduced", S4: "not reproduced" });
    expect(nothing["S3"]).not.toBe("reproduced");
    expect(nothing["S5"]).toBe("inconclusive");
  });

  test("says of a network whose data are absent that they are", () => {
    const standard: Plan = { scale: "standard", seeds: ["11", "12", "13"] };
    const results = sharpnessSweep.plan(standard).map((work) => {
      const { dataset } = work.input as unknown as NetworkInput;
      const result = world()(work);
      if (dataset === "fashion-mnist") return result as unknown as Json;
      return { ...result, status: "absent", looks: [], lambdaMax: NaN, frobenius: NaN, sampleSet: "no such data" }; // prettier-ignore
    });
    const { claims, blocks } = sharpnessSweep.judge(results, standard);
    const of = (id: string) => claims.find((claim) => claim.id === id)!;
    expect([of("S1").verdict, of("S1.resnet8").verdict]).toEqual(["reproduced", "reproduced"]);
    expect(of("S1.vgg11")).toMatchObject({ verdict: "inconclusive", reason: "no such data" });
    expect(blocks.at(-1)).toEqual({ kind: "note", text: "VGG-11: no data. no such data" });
    // Every id that is found can be chosen, at this scale.
    expect(claims.map(({ id }) => id)).toEqual(claimsAt(sharpnessSweep, "standard"));
  });

  test("has no gain where accuracy falls", () => {
    const worse = world({ validation: (n) => 0.8 - 0.02 * Math.log(n / base + 0.1) });
    expect(verdicts(sharpnessSweep, worse)["S3"]).toBe("not reproduced");
  });
});

suite("cycles", () => {
  test("of batch size and of learning rate are one", () => {
    expect(verdicts(cycles, world())).toEqual(all("Y1 Y2 Y3", "reproduced"));
  });

  test("are not where a changed batch size does nothing", () => {
    const deaf = (work: Work) => {
      const result = world()(work);
      if (!work.label.startsWith("cyclic batch")) return result;
      return { ...result, lambdaMax: 2 * result.lambdaMax, frobenius: 2 * result.frobenius, looks: result.looks.map((l) => ({ ...l, loss: 2 * l.loss })) }; // prettier-ignore
    };
    expect(verdicts(cycles, deaf)).toEqual(all("Y1 Y2 Y3", "not reproduced"));
  });

  test("are undecided where constant noise does as well", () => {
    const same = world({ lambdaMax: () => 8, loss: (time) => Math.exp(-time / 100) });
    expect(verdicts(cycles, same)).toEqual(all("Y1 Y2 Y3", "inconclusive"));
  });
});

suite("interpolation", () => {
  const between =
    (width: (n: number) => number) =>
    (work: Work): InterpolationResult => {
      const { ends, places, seed } = work.input as unknown as InterpolationInput;
      const [a, b] = ends.map(({ learningRate, batchSize }) => width(learningRate / batchSize));
      const wobble = 1 + 0.01 * normalAt(stream(seed, work.label), 0);
      const training = places.map((x) =>
        x < 0.5 ? 1 + (wobble * x * x) / a : 1 + (x - 1) ** 2 / b,
      );
      return { status: "finished", training, validation: training };
    };

  test("finds the wider end", () => {
    expect(
      verdicts(
        interpolation,
        between((n) => n),
      ),
    ).toEqual(all("I1 I2", "reproduced"));
  });

  test("does not where noise makes narrow ends, or all are alike", () => {
    expect(
      verdicts(
        interpolation,
        between((n) => 1 / n),
      )["I1"],
    ).toBe("not reproduced");
    expect(
      verdicts(
        interpolation,
        between(() => 1),
      ),
    ).toEqual({
      I1: "not reproduced",
      I2: "inconclusive",
    });
  });

  test("is undecided where equal η/S differs as well", () => {
    const order = (work: Work) => {
      const one = between(() => 1)(work);
      return { ...one, training: one.training.map((l, i) => (i < 12 ? 1 + 3 * (l - 1) : l)) };
    };
    expect(verdicts(interpolation, order)).toEqual({ I1: "inconclusive", I2: "not reproduced" });
  });
});

suite("memorisation", () => {
  test("falls with noise", () => {
    expect(verdicts(memorisation, world())).toEqual(all("N1 N2", "reproduced"));
  });

  test("is not reproduced where noise only delays, or does nothing", () => {
    const delay = world({ random: (clean) => Math.max(0, clean - 0.5) });
    expect(verdicts(memorisation, delay)["N2"]).toBe("not reproduced");
    const none = world({ random: () => 0.3 });
    expect(verdicts(memorisation, none)).toEqual(all("N1 N2", "not reproduced"));
  });

  test("is undecided where equal η/S differs as well", () => {
    const drift = (work: Work) => {
      const result = world()(work);
      const { phases } = work.input as unknown as NetworkInput;
      const more = phases[0].learningRate > network.eta ? -0.2 : 0;
      return { ...result, looks: result.looks.map((l) => ({ ...l, random: l.random + more })) };
    };
    expect(verdicts(memorisation, drift)).toEqual(all("N1 N2", "inconclusive"));
  });
});

test("every claim of the paper is decided by one experiment", () => {
  for (const scale of ["smoke", "quick", "standard", "paper"] as const) {
    const ids = paper.experiments.flatMap((experiment) => claimsAt(experiment, scale));
    expect(new Set(ids).size).toBe(ids.length);
  }
  expect(Object.values(paper.seeds).flat()).not.toContain(paper.pilotSeed);
});
