import { createFileRoute, Link } from "@tanstack/react-router";
import { createServerFn } from "@tanstack/react-start";

const readCrane = createServerFn({ method: "GET" }).handler(() => process.env.CRANE ?? "parked");

export const Route = createFileRoute("/")({
  loader: () => readCrane(),
  component: Home,
});

function Home() {
  const crane = Route.useLoaderData();
  return (
    <>
      <h1>Granite leaves by the north gate</h1>
      <p>{`The crane is ${crane}.`}</p>
      <Link to="/stones">The stones</Link>
    </>
  );
}
