export default function NotFound() {
  return <h1>This quay was never built</h1>;
}
