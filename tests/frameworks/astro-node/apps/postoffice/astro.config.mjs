import node from "@astrojs/node";
import { defineConfig } from "astro/config";

export default defineConfig({
  output: "server",
  adapter: node({ mode: "standalone" }),
  security: {
    allowedDomains: [
      { hostname: "postoffice.example" },
      { hostname: "localhost" },
      { hostname: "**.localhost" },
      { hostname: "127.0.0.1" },
    ],
  },
});
