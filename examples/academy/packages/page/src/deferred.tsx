/** A part of a page whose data comes later than the rest: the server streams it, the browser finds its data there. */
import { createContext, Suspense, use, useContext, useMemo, type ReactNode } from "react";

/** Promises by name, on the server; nothing in the browser. */
export const DeferredContext = createContext<Record<string, Promise<unknown>>>({});

interface DeferredProps<Value> {
  name: string;
  fallback: ReactNode;
  children: (value: Value) => ReactNode;
}

export function Deferred<Value>({ name, fallback, children }: DeferredProps<Value>) {
  return (
    <Suspense fallback={fallback}>
      <Arrived name={name}>{children}</Arrived>
    </Suspense>
  );
}

function Arrived<Value>({ name, children }: Omit<DeferredProps<Value>, "fallback">) {
  const promises = useContext(DeferredContext);
  const inBrowser = typeof document !== "undefined";
  const found = useMemo(() => (inBrowser ? document.getElementById(elementId(name))?.textContent : undefined), [inBrowser, name]);
  const promise = promises[name];
  if (!inBrowser && promise === undefined) throw new Error(`nothing called ${name} was deferred`);
  const text = promise === undefined ? (found ?? "null") : escape(JSON.stringify(use(promise)));
  const value = useMemo(() => JSON.parse(text) as Value, [text]);
  return (
    <>
      <script type="application/json" id={elementId(name)} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: text }} />
      {children(value)}
    </>
  );
}

function elementId(name: string): string {
  return `deferred-${name}`;
}

/** JSON that cannot end the script element it stands in. */
export function escape(json: string): string {
  return json.replaceAll("<", "\\u003c");
}
