import { spectralDensity } from "../../spectra/density.ts";
import type { Measurement } from "../measurement.ts";

const probes = 10;
const steps = 60;

export const hessianDensity: Measurement = {
  name: "hessian.density",
  about: "spectral density of the Hessian",
  citations: [
    "Ubaru, Chen, Saad (2017), Fast estimation of tr(f(A)) via stochastic Lanczos quadrature, https://doi.org/10.1137/16M1104974",
  ],
  cost: ({ dimension }) => ({ products: probes * Math.min(steps, dimension), vectors: steps }),
  async run(context) {
    const found = await spectralDensity(await context.hessian(), context.draws("hessian.density"), {
      probes,
      steps,
      axis: "log",
    });
    const share = (count: number) => count / found.quadrature.probes.length;
    const nodes = found.quadrature.probes.flatMap((probe) =>
      Array.from(probe.nodes, (node, i) => [node, share(probe.weights[i])] as const),
    );
    nodes.sort(([a], [b]) => a - b);
    return {
      measurements: {
        "hessian.density": {
          method: "stochastic Lanczos quadrature, Gaussian smoothing",
          axis: found.axis,
          ...(found.threshold !== undefined && { threshold: found.threshold }),
          grid: Array.from(found.grid),
          density: Array.from(found.density),
          stderr: Array.from(found.stderr),
          low: Array.from(found.low),
          high: Array.from(found.high),
          level: found.level,
          width: found.bandwidth,
          probes,
          steps: found.quadrature.steps,
          nodes: nodes.map(([node]) => node),
          weights: nodes.map(([, weight]) => weight),
        },
      },
    };
  },
};
