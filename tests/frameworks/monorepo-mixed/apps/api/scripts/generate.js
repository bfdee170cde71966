import { mkdir, writeFile } from "node:fs/promises";

const sailings = ["07:10", "12:40", "18:05"].map((time, index) => ({ time, vessel: index % 2 ? "Tern" : "Puffin" }));

await mkdir(new URL("../generated/", import.meta.url), { recursive: true });
await writeFile(new URL("../generated/sailings.json", import.meta.url), `${JSON.stringify(sailings, null, 2)}\n`);
