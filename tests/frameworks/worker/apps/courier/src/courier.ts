import { setTimeout as pause } from "node:timers/promises";
import { stops } from "@parcels/routes";

const bag = process.env.BAG ?? "empty";
const everyMs = Number(process.env.EVERY_MS ?? 2000);
let isOver = false;

process.on("SIGTERM", () => {
  isOver = true;
});

console.log(`The courier sets out, the bag is ${bag}`);
for (let round = 0; !isOver; round += 1) {
  console.log(`Knocked at ${stops[round % stops.length]}`);
  await pause(everyMs);
}
console.log("The courier went home");
