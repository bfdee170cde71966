export default function (config) {
  config.addPassthroughCopy("src/gazette.css");
  return { dir: { input: "src" } };
}
