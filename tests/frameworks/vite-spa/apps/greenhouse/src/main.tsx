import { createRoot } from "react-dom/client";
import { Greenhouse } from "./greenhouse";
import "./greenhouse.css";

createRoot(document.getElementById("root")!).render(<Greenhouse path={location.pathname} />);
