import type { APIRoute } from "astro";

export const GET: APIRoute = ({ url }) => Response.redirect(new URL("/arrived", url), 302);
