export { type ModelFile, readModelFile } from "./model-file.ts";
export { type ReadSamples, readSamples, type SampleRequest } from "./samples.ts";
