import { createRoot } from "react-dom/client";
import { Carousel } from "./carousel";
import "./carousel.css";

createRoot(document.getElementById("root")).render(<Carousel path={window.location.pathname} />);
