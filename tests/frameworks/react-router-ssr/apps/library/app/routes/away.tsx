import { redirect } from "react-router";
import type { Route } from "./+types/away";

export function loader({ request }: Route.LoaderArgs) {
  return redirect(new URL("/arrived", request.url).toString());
}
