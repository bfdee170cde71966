import { createFileRoute } from "@tanstack/react-router";

export const Route = createFileRoute("/stones")({
  component: () => <p>Basalt on Mondays, slate on request</p>,
});
