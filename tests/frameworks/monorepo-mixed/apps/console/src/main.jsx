import { Signpost } from "@island/design";
import { createRoot } from "react-dom/client";

createRoot(document.getElementById("root")).render(<Signpost to="The sheep" minutes={40} />);
