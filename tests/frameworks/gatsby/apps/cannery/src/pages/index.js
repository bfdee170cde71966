import { Link } from "gatsby";
import React from "react";
import "../tin.css";

export default function Home() {
  return (
    <main>
      <h1>Sardines sleep head to tail</h1>
      <Link to="/labels/">The labels</Link>
    </main>
  );
}

export function Head() {
  return <title>Cannery</title>;
}
