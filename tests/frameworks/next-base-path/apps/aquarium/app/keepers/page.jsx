export default function Keepers() {
  return <p>Moss feeds the eels, nobody feeds the octopus</p>;
}
