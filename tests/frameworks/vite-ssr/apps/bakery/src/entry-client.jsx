import { hydrateRoot } from "react-dom/client";
import { Bakery } from "./bakery";

hydrateRoot(document.getElementById("root"), <Bakery path={location.pathname} oven={window.oven} />);
