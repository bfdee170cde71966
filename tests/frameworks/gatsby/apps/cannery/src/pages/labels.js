import React from "react";

export default function Labels() {
  return <p>The one with the mermaid sells best.</p>;
}
