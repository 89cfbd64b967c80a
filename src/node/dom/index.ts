export { createDocument } from "./linkedom.ts";
