import { index, route } from "@react-router/dev/routes";

export default [index("routes/home.jsx"), route("keepers/:name", "routes/keeper.jsx")];
