import { resolve } from "node:path";
import { defineConfig } from "vite";

export default defineConfig({
  appType: "mpa",
  build: {
    rollupOptions: {
      input: {
        main: resolve(import.meta.dirname, "index.html"),
        visit: resolve(import.meta.dirname, "visit.html"),
        rooms: resolve(import.meta.dirname, "rooms/index.html"),
        missing: resolve(import.meta.dirname, "404.html"),
      },
    },
  },
});
