/** What the components of a page may ask for: who renders it in which language, and parts that arrive later. */
export { Deferred } from "./deferred.js";
export { useFrame, type Frame } from "./frame.js";
