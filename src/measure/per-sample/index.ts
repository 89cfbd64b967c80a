export * from "./gradients.ts";
export * from "./quantities.ts";
export {
  type SampleFunction,
  sampleMap,
  type SampleMap,
  type SampleMapOptions,
  type SampleMapPlan,
} from "./sample-map.ts";
