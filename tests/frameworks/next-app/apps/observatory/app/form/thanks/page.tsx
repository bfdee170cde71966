export default async function Thanks({ searchParams }: { searchParams: Promise<{ word?: string }> }) {
  const { word = "nothing" } = await searchParams;
  return <h1>{`We shall look for ${word}`}</h1>;
}
