import { useLoaderData } from "@remix-run/react";
import anvil from "../anvil.svg?url&no-inline";

export function loader() {
  return { furnace: process.env.FURNACE ?? "cold" };
}

export default function Index() {
  const { furnace } = useLoaderData<typeof loader>();
  return (
    <main>
      <h1>The bell is cast on Thursday</h1>
      <img src={anvil} alt="An anvil" />
      <p>{`The furnace is ${furnace}.`}</p>
      <a href="/form">Choose an inscription</a>
    </main>
  );
}
