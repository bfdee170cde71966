export default function NotFound() {
  return <h1>An empty tank</h1>;
}
