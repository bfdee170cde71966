import Image from "next/image";
import Link from "next/link";
import { tonight } from "@dusk/almanac";
import dome from "./dome.svg";

export const dynamic = "force-dynamic";

export default function Home() {
  return (
    <>
      <h1>The observatory opens at dusk</h1>
      <Image src={dome} alt="A dome with its shutter open" unoptimized />
      <p>{`The dome is ${process.env.DOME ?? "shut"}.`}</p>
      <ul>
        {tonight().map((sight) => (
          <li key={sight.name}>{`${sight.name}, best in ${sight.month}`}</li>
        ))}
      </ul>
      <Link href="/form">Suggest a star</Link>
    </>
  );
}
