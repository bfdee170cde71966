/** What a page is besides its content; server and browser render from the same value. */
import type { Locale } from "@academy/i18n";
import type { About } from "@academy/server-kit";
import { createContext, useContext, useEffect, type ReactNode } from "react";

export interface Frame {
  title: string;
  description: string;
  locale: Locale;
  about: About;
  /** The app's base path with a slash at its end. */
  base: string;
  styles: string[];
  scripts: string[];
}

/** What the server hands to the browser. */
export interface Handover<Props> {
  frame: Frame;
  props: Props;
}

const FrameContext = createContext<Frame | undefined>(undefined);

export function useFrame(): Frame {
  const frame = useContext(FrameContext);
  if (frame === undefined) throw new Error("useFrame was called outside of a page");
  return frame;
}

/** The whole document around a page's content; it says `data-hydrated` once the browser has taken over. */
export function Document({ frame, children }: { frame: Frame; children: ReactNode }) {
  const { about } = frame;
  useEffect(() => {
    document.documentElement.dataset["hydrated"] = "";
  }, []);
  return (
    <html lang={frame.locale} data-app={about.app} data-version={about.version} data-environment={about.environment}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{frame.title}</title>
        <meta name="description" content={frame.description} />
        <link rel="icon" href={`${frame.base}favicon.ico`} />
        {frame.styles.map((address) => (
          <link key={address} rel="stylesheet" href={address} />
        ))}
      </head>
      <body>
        {about.banner === "" ? null : (
          <div className="banner" role="status">
            {about.banner}
          </div>
        )}
        <FrameContext value={frame}>{children}</FrameContext>
      </body>
    </html>
  );
}
