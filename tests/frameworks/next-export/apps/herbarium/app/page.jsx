import Link from "next/link";
import { plants } from "./plants";

export default function Home() {
  return (
    <main>
      <h1>Pressed between two wars and a cookbook</h1>
      <ul>
        {plants.map((plant) => (
          <li key={plant.slug}>
            <Link href={`/plants/${plant.slug}`}>{plant.name}</Link>
          </li>
        ))}
      </ul>
    </main>
  );
}
