import { afterAll, expect, test } from "vitest";
import { gaussNewtonOperator, toDense } from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { symmetricEigen } from "../../src/numeric/index.ts";
import { distance, golden, goldenProblem } from "./golden-problem.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

// Singular, of rank at most outputs × samples: QL iteration once did not end on it.
test.each(["tanh_5_12_1_mse", "tanh_4_6_3_ce", "enum_3_4_2_mse"] as const)(
  "the dense Gauss–Newton matrix of %s has PyTorch's eigenvalues, to 1e-9 of the largest",
  async (name) => {
    const net = golden[name];
    const { problem, theta } = goldenProblem(net);
    await using operator = await gaussNewtonOperator(runtime, problem, theta);
    const { values } = symmetricEigen(await toDense(operator), theta.length);
    expect(distance(values.toReversed(), net.ggn_eigs)).toBeLessThan(1e-9);
  },
);
