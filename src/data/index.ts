export { DataError, defaultMaxBytes, type ReadOptions } from "./error.ts";
export { averagePooled } from "./average-pooled.ts";
export { ndArray, type ElementData, type ElementType, type NdArray } from "./array.ts";
export {
  checkDataset,
  concatDatasets,
  sampleCount,
  subset,
  toPrecision,
  type Dataset,
  type SampleData,
  type Samples,
} from "./dataset.ts";
export { corruptLabels, oneHot, type CorruptedLabels } from "./labels.ts";
export { scaleImages, standardise, type ScaleOver, type ScaleStatistics } from "./scale.ts";
export { gunzip, isGzip } from "./deflate.ts";
export { idxDataset, readIdx, type IdxDatasetOptions, type IdxOptions } from "./idx.ts";
export { cifar10Classes, readCifar10, type CifarOptions } from "./cifar.ts";
export { readNpy, writeNpy } from "./npy.ts";
export { datasetArrays, npzDataset, readNpz, writeNpz, type NpzDatasetOptions } from "./npz.ts";
export { csvRecords, type CsvRecord } from "./csv.ts";
export { csvDataset, type CsvDatasetOptions } from "./csv-dataset.ts";
export { decodeTokens, textDataset, type TextDatasetOptions } from "./text.ts";
export { readSafetensors, writeSafetensors, type Safetensors } from "./safetensors.ts";
export {
  knownDatasets,
  type DataRequest,
  type DataSource,
  type KnownDataset,
  type ModelBytes,
} from "./source.ts";
