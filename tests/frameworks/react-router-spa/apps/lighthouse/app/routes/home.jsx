import { Link } from "react-router";
import tower from "../tower.svg?no-inline";

export default function Home() {
  return (
    <main>
      <h1>One flash for rock, two for sand</h1>
      <img src={tower} alt="A striped tower" />
      <Link to="/keepers/agnes">Agnes</Link>
    </main>
  );
}
