/** Takes over a page that the server has rendered. */
import { StrictMode, type ComponentType } from "react";
import { hydrateRoot } from "react-dom/client";
import { Document, type Handover } from "./frame.js";

declare global {
  interface Window {
    __page: Handover<never>;
  }
}

export function hydratePage<Props extends object>(App: ComponentType<Props>) {
  const { frame, props } = window.__page as Handover<Props>;
  hydrateRoot(
    document,
    <StrictMode>
      <Document frame={frame}>
        <App {...props} />
      </Document>
    </StrictMode>,
    { onRecoverableError: (error) => console.error("hydration:", error) },
  );
}
