import { defineConfig } from "vitepress";

export default defineConfig({
  title: "Field guide",
  description: "Birds of the car park",
  cleanUrls: true,
  themeConfig: {
    nav: [{ text: "Owls", link: "/owls" }],
  },
});
