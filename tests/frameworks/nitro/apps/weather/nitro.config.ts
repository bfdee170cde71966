export default defineNitroConfig({
  srcDir: "server",
  publicAssets: [{ baseURL: "charts", dir: "../charts", maxAge: 60 * 60 }],
  compatibilityDate: "2025-07-01",
});
