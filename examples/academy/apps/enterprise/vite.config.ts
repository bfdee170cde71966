/** How this app is built: files alone, since nobody renders it but the browser. */
import { commitTag } from "@academy/vite-config";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({ base: "/enterprise/", plugins: [react(), commitTag()] });
