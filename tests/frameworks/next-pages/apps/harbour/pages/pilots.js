export async function getStaticProps() {
  return { props: { pilots: ["Ines", "Bram"] }, revalidate: 60 };
}

export default function Pilots({ pilots }) {
  return <p>{`On call: ${pilots.join(" and ")}`}</p>;
}
