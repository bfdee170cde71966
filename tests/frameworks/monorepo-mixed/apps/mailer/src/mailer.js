const boat = process.env.BOAT ?? "the next boat";

console.log(`Mail goes out with ${boat}`);
setInterval(() => console.log("The bag is not full yet"), 2000);
process.on("SIGTERM", () => process.exit(0));
