import { Signpost } from "@island/design";

export const dynamic = "force-dynamic";

export default function Home() {
  return (
    <main>
      <h1>The ferry turns round at the second buoy</h1>
      <p>{`Wind: ${process.env.WIND ?? "none"}`}</p>
      <Signpost to="The church" minutes={25} />
    </main>
  );
}
