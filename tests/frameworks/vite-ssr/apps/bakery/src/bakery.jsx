import loaf from "./loaf.svg?no-inline";
import "./bakery.css";

const pages = {
  "/": Shop,
  "/rye": () => <p>Rye needs two days and a quiet cellar</p>,
};

export function find(path) {
  return pages[path];
}

export function Bakery({ path, oven }) {
  const Page = find(path) ?? (() => <h1>That loaf is sold out</h1>);
  return <Page oven={oven} />;
}

function Shop({ oven }) {
  return (
    <main>
      <h1>The ducks get what was baked yesterday</h1>
      <img src={loaf} alt="A loaf" />
      <p>{`The oven is ${oven}.`}</p>
    </main>
  );
}
