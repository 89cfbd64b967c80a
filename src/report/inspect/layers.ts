import type { InspectResult, LayerCurvature, Quantity } from "../../measure/inspect/result.ts";
import type { Bars } from "../figures/spec.ts";
import { formatNumber } from "../format.ts";
import type { Interval } from "../interval.ts";
import type { Block, Section } from "../model.ts";
import { count } from "./names.ts";
import { quantityWords } from "./words.ts";

const most = 16;

/** Each tensor's diagonal block: bars of its sharpness and its trace, and all in a table. */
export function layersSection({ loss, measurements, model }: InspectResult): Section | undefined {
  const modules = new Map(model.parameters.map(({ name, module }) => [name, module]));
  const layers = measurements["hessian.layers"]?.map((layer) => {
    const module = modules.get(layer.name);
    return module === undefined ? layer : { ...layer, name: `${layer.name} in ${module}` };
  });
  if (!layers || layers.length === 0) return undefined;
  const sharpest = [...layers].sort((a, b) => (b.top.value ?? 0) - (a.top.value ?? 0));
  const shown = layers.filter((layer) => sharpest.indexOf(layer) < most);
  const part =
    shown.length < layers.length
      ? `The ${shown.length} sharpest of ${layers.length} tensors, in file order. `
      : "";
  const figure = (xLabel: string, colour: Bars["colour"], of: (l: LayerCurvature) => Quantity) =>
    barsOf(shown, xLabel, colour, of);
  const blocks: Block[] = [
    {
      kind: "panels",
      panels: [
        {
          title: "largest eigenvalue of the block",
          figure: figure("λmax of the block", "vermilion", (l) => l.top),
        },
        {
          title: "trace of the block",
          figure: figure("Tr of the block", "blue", (l) => l.trace),
        },
      ],
      caption: `${part}Diagonal blocks of the Hessian of the ${loss} loss, a tensor each. The whole λmax is at least that of every block; the traces add up to the whole one.`,
    },
    layerTable(layers),
  ];
  return { id: "layers", title: "Layer by layer", blocks };
}

function barsOf(
  layers: readonly LayerCurvature[],
  xLabel: string,
  colour: Bars["colour"],
  of: (layer: LayerCurvature) => Quantity,
): Bars {
  return {
    kind: "bars",
    description: `${xLabel} for each tensor of parameters, largest ${layers.reduce((a, b) => ((of(b).value ?? 0) > (of(a).value ?? 0) ? b : a)).name}.`,
    xLabel,
    colour,
    rows: layers.map((layer) => ({
      name: layer.name,
      estimate: intervalOf(of(layer)),
      text: quantityWords(of(layer)),
    })),
  };
}

function layerTable(layers: readonly LayerCurvature[]): Block {
  const gradients = layers.some((l) => l.gradient);
  const table: Block = {
    kind: "table",
    narrow: "stack",
    columns: [
      { label: "tensor" },
      { label: "shape", align: "end" },
      { label: "λmax", align: "end" },
      { label: "Tr", align: "end" },
      { label: "Tr/size", align: "end" },
      ...(gradients ? [{ label: "‖ḡ‖", align: "end" as const }] : []),
    ],
    rows: layers.map(({ name, shape, size, top, trace, gradient }) => [
      [{ kind: "code", text: name }],
      shape.length === 0 ? "scalar" : shape.map(count).join("×"),
      quantityWords(top),
      quantityWords(trace),
      trace.value === null ? "–" : formatNumber(trace.value / size, 2),
      ...(gradients ? [gradient ? quantityWords(gradient) : "–"] : []),
    ]),
    caption: "± is one standard error; numbers without it are exact but for rounding.",
  };
  return layers.length <= most
    ? table
    : { kind: "details", summary: `All ${layers.length} tensors`, blocks: [table] };
}

/** The 95 % interval, from the standard error where a quantity has no ends of its own. */
export function intervalOf({ value, stderr, low, high }: Quantity): Interval {
  const at = value ?? NaN;
  if (low !== undefined && high !== undefined) return { value: at, low, high };
  if (stderr === undefined || !(stderr > 0)) return { value: at };
  return { value: at, low: at - 1.96 * stderr, high: at + 1.96 * stderr };
}
