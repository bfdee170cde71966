import { plants } from "../../plants";

export const dynamicParams = false;

export function generateStaticParams() {
  return plants.map(({ slug }) => ({ slug }));
}

export default async function Plant({ params }) {
  const { slug } = await params;
  const plant = plants.find((candidate) => candidate.slug === slug);
  return <p>{`${plant.name} was found at ${plant.found}.`}</p>;
}
