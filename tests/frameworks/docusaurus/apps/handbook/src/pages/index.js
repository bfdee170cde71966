import Link from "@docusaurus/Link";
import Layout from "@theme/Layout";

export default function Home() {
  return (
    <Layout title="Home">
      <main className="container margin-vert--xl">
        <h1>Sharpen first, measure twice, then ask Olga</h1>
        <Link to="/docs/planes">Planes</Link>
      </main>
    </Layout>
  );
}
