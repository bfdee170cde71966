import { renderToString } from "react-dom/server";
import { Bakery, find } from "./bakery";

export function render(path, oven) {
  return {
    html: renderToString(<Bakery path={path} oven={oven} />),
    status: find(path) ? 200 : 404,
  };
}
