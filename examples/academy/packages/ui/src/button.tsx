/** What can be pressed: buttons do something here, link buttons lead elsewhere. */
import clsx from "clsx";
import type { AnchorHTMLAttributes, ButtonHTMLAttributes } from "react";

type Look = "solid" | "quiet" | "line";

export function Button({ look = "solid", className, ...rest }: { look?: Look } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return <button className={clsx("button", `button-${look}`, className)} {...rest} />;
}

export function LinkButton({ look = "solid", className, ...rest }: { look?: Look } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  return <a className={clsx("button", `button-${look}`, className)} {...rest} />;
}
