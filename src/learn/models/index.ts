export { cnn, type CnnOptions } from "./cnn.ts";
export { mlp, type MlpOptions } from "./mlp.ts";
export { resnet8, type ResNetOptions } from "./resnet8.ts";
export { vgg11, type VggOptions } from "./vgg11.ts";
