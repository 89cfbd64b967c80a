// A function, its gradient, a Hessian–vector product and a whole Hessian, in one compiled call.
import { grad, graph, hvp, vmap } from "thalweg";
import { nodeRuntime } from "thalweg/node";

const { add, constant, input, mul, sliceAxis, square, sub, sum } = graph;

/** Rosenbrock's valley, Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²: flat along its floor, steep across it. */
function rosenbrock(x: graph.Tensor): graph.Tensor {
  const n = x.shape[0];
  const here = sliceAxis(x, 0, 0, n - 1);
  const next = sliceAxis(x, 0, 1, n);
  return sum(add(mul(square(sub(next, square(here))), 100), square(sub(1, here))));
}

const x = input([2], "float64");
const v = input([2], "float64");
const identity = constant(Float64Array.of(1, 0, 0, 1), [2, 2]);
const hessian = vmap(hvp(rosenbrock), { inAxes: [null, 0] })(x, identity); // [2, 2]

await using runtime = nodeRuntime();
const compiled = await runtime.compile({
  inputs: [x, v],
  outputs: [rosenbrock(x), grad(rosenbrock)(x), hvp(rosenbrock)(x, v), hessian],
});
const [value, gradient, product, matrix] = await compiled.run([
  Float64Array.of(-1.2, 1),
  Float64Array.of(1, 1),
]);
console.log(`f      ${value.join(" ")}`);
console.log(`∇f     ${gradient.join(" ")}`);
console.log(`∇²f·v  ${product.join(" ")}`);
console.log(`∇²f    ${matrix.join(" ")}`);
