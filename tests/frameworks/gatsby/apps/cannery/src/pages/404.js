import React from "react";

export default function NotFound() {
  return <h1>That tin has rusted through</h1>;
}
