export { fileDataSource, loadDataset } from "./load.ts";
export { defaultPlaces, locate, type Places } from "./locate.ts";
export type { FoundFiles, Split } from "./layouts.ts";
