import Image from "next/image";
import Link from "next/link";
import ray from "./ray.svg";

export const dynamic = "force-dynamic";

export default function Home() {
  return (
    <main>
      <h1>The rays are fed before the sharks</h1>
      <Image src={ray} alt="A ray" unoptimized />
      <p>{`Water temperature: ${process.env.WATER ?? "unknown"}`}</p>
      <Link href="/keepers">The keepers</Link>
    </main>
  );
}
