/** @type {import("@docusaurus/types").Config} */
const config = {
  title: "Workshop handbook",
  url: "https://handbook.example",
  baseUrl: "/",
  onBrokenLinks: "throw",
  presets: [
    [
      "classic",
      {
        docs: { sidebarPath: "./sidebars.js" },
        blog: false,
        theme: { customCss: "./src/bench.css" },
      },
    ],
  ],
  themeConfig: {
    navbar: {
      title: "Workshop",
      items: [{ type: "docSidebar", sidebarId: "tools", position: "left", label: "Tools" }],
    },
  },
};

module.exports = config;
