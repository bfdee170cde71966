/** Serves an app whose pages are rendered by React, streamed as soon as their first part is known. */
import { fileURLToPath } from "node:url";
import { localeFor } from "@academy/i18n";
import { about, html, serve, type Answer, type Visit } from "@academy/server-kit";
import { StrictMode, type ComponentType } from "react";
import { renderToPipeableStream } from "react-dom/server";
import { DeferredContext, escape } from "./deferred.js";
import { Document, type Frame, type Handover } from "./frame.js";

export { json, redirect, sameOrigin, text, type Answer, type Visit } from "@academy/server-kit";

/** A renderer that takes longer than this is given up. */
const RENDER_LIMIT_MS = 10_000;

/** What an app answers to a visit: a page, or anything else. */
export interface Page<Props> {
  status?: number;
  title: string;
  description?: string;
  props: Props;
  /** Parts that may come later, by the names that `Deferred` uses. */
  deferred?: Record<string, Promise<unknown>>;
}

/** The files that the browser's half of the app was built into. */
export interface ClientFiles {
  base: string;
  styles: string[];
  scripts: string[];
}

interface PageServer<Props> {
  app: string;
  client: ClientFiles;
  App: ComponentType<Props>;
  respond: (visit: Visit) => Promise<Page<Props> | Answer | undefined>;
}

export function servePages<Props extends object>({ app, client, App, respond }: PageServer<Props>) {
  return serve({
    app,
    base: client.base.replace(/\/$/, ""),
    assets: fileURLToPath(new URL("../client", import.meta.url)),
    respond: async (visit) => {
      const result = await respond(visit);
      return result !== undefined && "props" in result ? render(result, visit, { app, client, App }) : result;
    },
  });
}

type Renderer<Props> = Omit<PageServer<Props>, "respond">;

/** Answers as soon as the page's shell is rendered, so that a failure there is still an honest 500. */
function render<Props extends object>(page: Page<Props>, visit: Visit, { app, client, App }: Renderer<Props>): Promise<Answer> {
  const frame: Frame = {
    title: page.title,
    description: page.description ?? page.title,
    locale: localeFor(visit.headers["accept-language"]),
    about: about(app),
    ...client,
  };
  const handover: Handover<Props> = { frame, props: page.props };
  return new Promise((resolve, reject) => {
    const { pipe, abort } = renderToPipeableStream(
      <StrictMode>
        <DeferredContext value={page.deferred ?? {}}>
          <Document frame={frame}>
            <App {...page.props} />
          </Document>
        </DeferredContext>
      </StrictMode>,
      {
        bootstrapScriptContent: `window.__page=${escape(JSON.stringify(handover))}`,
        bootstrapModules: client.scripts,
        onShellReady: () => resolve(html(stream, { status: page.status ?? 200 })),
        onShellError: reject,
        onError: (error) => console.error(`rendering ${visit.path} failed:`, error),
      },
    );
    const limit = setTimeout(() => abort(new Error(`not rendered within ${RENDER_LIMIT_MS} ms`)), RENDER_LIMIT_MS);
    const stream: Answer["body"] = (response) => {
      response.once("close", () => {
        clearTimeout(limit);
        if (!response.writableFinished) abort(new Error("the client went away"));
      });
      pipe(response);
    };
  });
}
