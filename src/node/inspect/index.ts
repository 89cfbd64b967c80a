export { type ModelFile, readModelFile } from "./model-file.ts";
export { type ReadSamples, readSamples } from "./samples.ts";
