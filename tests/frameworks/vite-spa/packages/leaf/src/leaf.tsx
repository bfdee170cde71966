export function Leaf({ name, watered }: { name: string; watered: boolean }) {
  return <li>{watered ? `${name} has had enough` : `${name} is thirsty`}</li>;
}
