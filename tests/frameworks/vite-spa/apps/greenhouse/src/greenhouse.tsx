import { Leaf } from "@glass/leaf";
import fern from "./fern.svg?no-inline";

export function Greenhouse({ path }: { path: string }) {
  if (path.startsWith("/beds/")) {
    return <h1>{`Bed ${path.slice("/beds/".length)} is in bloom`}</h1>;
  }
  return (
    <main>
      <h1>Ferns like it when the windows fog</h1>
      <img src={fern} alt="A fern" />
      <ul>
        <Leaf name="The maidenhair" watered />
        <Leaf name="The staghorn" watered={false} />
      </ul>
    </main>
  );
}
