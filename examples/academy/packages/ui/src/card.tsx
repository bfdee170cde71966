/** A surface that holds what belongs together. */
import clsx from "clsx";
import type { HTMLAttributes } from "react";

export function Card({ className, ...rest }: HTMLAttributes<HTMLElement>) {
  return <section className={clsx("card", className)} {...rest} />;
}
