export { Signpost } from "./signpost.js";
