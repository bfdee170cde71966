import Link from "next/link";

const words = {
  en: { title: "Every tide is written in the log", ships: "Ships in port" },
  nl: { title: "Elk getij staat in het logboek", ships: "Schepen in de haven" },
};

export async function getServerSideProps({ locale }) {
  return { props: { words: words[locale], ships: process.env.SHIPS ?? "none" } };
}

export default function Home({ words, ships }) {
  return (
    <main>
      <h1>{words.title}</h1>
      <p>{`${words.ships}: ${ships}`}</p>
      <Link href="/pilots">Pilots</Link>
    </main>
  );
}
