/** How this app is built; `base` is where the site has it. */
import { rendered } from "@academy/vite-config";
import { defineConfig } from "vite";

export default defineConfig({ base: "/catalog/", ...rendered() });
