import { createFileRoute } from "@tanstack/react-router";

export const Route = createFileRoute("/away")({
  server: {
    handlers: {
      GET: ({ request }) => Response.redirect(new URL("/stones", request.url), 302),
    },
  },
});
