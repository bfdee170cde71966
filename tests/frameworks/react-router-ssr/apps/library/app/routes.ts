import { index, route, type RouteConfig } from "@react-router/dev/routes";

export default [
  index("routes/home.tsx"),
  route("form", "routes/form.tsx"),
  route("away", "routes/away.tsx"),
  route("arrived", "routes/arrived.tsx"),
] satisfies RouteConfig;
