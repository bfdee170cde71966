export default function NotFound() {
  return <h1>Nothing grows at this address</h1>;
}
