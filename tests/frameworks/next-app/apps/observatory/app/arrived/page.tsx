export default function Arrived() {
  return <h1>You found the eyepiece</h1>;
}
