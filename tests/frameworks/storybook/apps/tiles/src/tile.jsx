export function Tile({ colour, text }) {
  return <div style={{ background: colour, padding: "2rem", width: "6rem" }}>{text}</div>;
}
