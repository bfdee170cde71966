/** Written by `@academy/vite-config` when the browser's half has been built. */
declare module "virtual:client-files" {
  const files: import("./server.js").ClientFiles;
  export default files;
}
