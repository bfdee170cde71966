export default function NotFound() {
  return <h1>Clouds hide that page</h1>;
}
