export default function Arrived() {
  return <h1>Your chair is by the window</h1>;
}
