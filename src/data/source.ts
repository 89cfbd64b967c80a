import type { CsvDatasetOptions } from "./csv-dataset.ts";
import { cifar10Classes } from "./cifar.ts";
import type { Dataset } from "./dataset.ts";
import type { TextDatasetOptions } from "./text.ts";

/** What is asked of a {@link DataSource}. */
export interface DataRequest {
  /** A known name (see {@link knownDatasets}), or a folder or file where the host has such. */
  readonly name: string;
  /** Where to look before anywhere else. */
  readonly dataDir?: string;
  /** Absent: the first that is found, train before test in each place. */
  readonly split?: "train" | "test";
  /** Only the first so many samples. */
  readonly count?: number;
  /** Citation of data that is named by a path; default: the path. */
  readonly source?: string;
  /** How to read a CSV file. */
  readonly csv?: Omit<CsvDatasetOptions, "name" | "source" | "file">;
  /** How to cut a text; a text is read only where this is given. */
  readonly text?: Pick<TextDatasetOptions, "length" | "stride" | "vocabulary">;
}

/** Where a host gets data sets from: files in Node, fetched files in the browser. */
export interface DataSource {
  load(request: DataRequest): Promise<Dataset>;
  /** A model's file, where the host has such. */
  model?(file: string): Promise<ModelBytes>;
}

/** An ONNX file as it was read. */
export interface ModelBytes {
  readonly bytes: Uint8Array;
  /** Of the file itself, without tensors beside it. */
  readonly sha256: string;
  /** Tensors that lie in files beside it. */
  readonly externalData?: (
    location: string,
    offset: number,
    length: number,
  ) => Uint8Array | undefined;
}

/** What is known of a data set beyond its files. */
export interface KnownDataset {
  readonly layout: "idx" | "cifar10";
  /** Citation, as a report prints it. */
  readonly source: string;
  readonly classNames: readonly string[];
}

/** The data sets that can be asked for by name. */
export const knownDatasets: Readonly<Record<string, KnownDataset>> = {
  "fashion-mnist": {
    layout: "idx",
    source:
      "Xiao, Rasul, Vollgraf (2017), Fashion-MNIST, arXiv:1708.07747 (MIT, © 2017 Zalando SE)",
    classNames: [
      "T-shirt/top",
      "trouser",
      "pullover",
      "dress",
      "coat",
      "sandal",
      "shirt",
      "sneaker",
      "bag",
      "ankle boot",
    ],
  },
  mnist: {
    layout: "idx",
    source: "LeCun, Cortes, Burges (1998), The MNIST database of handwritten digits",
    classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
  },
  cifar10: {
    layout: "cifar10",
    source: "Krizhevsky (2009), Learning Multiple Layers of Features from Tiny Images",
    classNames: cifar10Classes,
  },
};
