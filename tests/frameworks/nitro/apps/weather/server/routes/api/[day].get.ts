export default defineEventHandler((event) => ({
  day: getRouterParam(event, "day"),
  outlook: "an umbrella will do",
}));
