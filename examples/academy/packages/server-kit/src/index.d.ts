import type { IncomingHttpHeaders, Server, ServerResponse } from "node:http";

export interface About {
  app: string;
  version: string;
  commit: string;
  environment: string;
  banner: string;
}

export interface Visit {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The host that the client asked for. */
  host: string;
  protocol: string;
  /** Protocol and host, to build absolute addresses from. */
  origin: string;
  form(): Promise<URLSearchParams>;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer | ((response: ServerResponse) => void);
}

interface Options {
  status?: number;
  headers?: Record<string, string>;
}

export function about(app: string, environment?: Record<string, string | undefined>): About;
export function html(body: Answer["body"], options?: Options): Answer;
export function json(value: unknown, options?: Options): Answer;
export function text(body: string, options?: Options): Answer;
export function redirect(location: string, options?: Options): Answer;
export function sameOrigin(visit: Visit): boolean;
export function staticFiles(folder: string, base?: string): (visit: Visit) => Promise<Answer | undefined>;
export function serve(options: {
  app: string;
  base?: string;
  assets?: string;
  port?: number;
  respond: (visit: Visit) => Promise<Answer | undefined> | Answer | undefined;
}): Server;
