/** Renders the page into an empty body. */
import "@academy/brand/theme.css";
import "@academy/ui/styles.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";

createRoot(document.body).render(
  <StrictMode>
    <App path={location.pathname} commit={document.querySelector<HTMLMetaElement>('meta[name="commit"]')?.content ?? ""} />
  </StrictMode>,
);
