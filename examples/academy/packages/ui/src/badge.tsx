/** A word that says what kind of thing this is. */
import clsx from "clsx";
import type { ReactNode } from "react";

export function Badge({ tone = "plain", children }: { tone?: "plain" | "brand" | "good" | "warn" | "bad"; children: ReactNode }) {
  return <span className={clsx("badge", `badge-${tone}`)}>{children}</span>;
}
