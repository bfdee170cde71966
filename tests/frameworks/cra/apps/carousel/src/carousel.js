import horse from "./horse.svg";

export function Carousel({ path }) {
  if (path.startsWith("/rides/")) {
    return <p>{`Ride ${path.slice("/rides/".length)} starts when the organ does`}</p>;
  }
  return (
    <main>
      <h1>The white horse is always taken</h1>
      <img src={horse} alt="A horse on a pole" />
    </main>
  );
}
