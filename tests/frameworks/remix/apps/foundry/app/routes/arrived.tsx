export default function Arrived() {
  return <h1>The mould is still warm</h1>;
}
