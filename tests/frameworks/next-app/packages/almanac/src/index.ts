export interface Sight {
  name: string;
  month: string;
}

const sights: Sight[] = [
  { name: "Perseids", month: "August" },
  { name: "Pleiades", month: "November" },
  { name: "Orion", month: "January" },
];

/** What is worth staying up for, in the order of the year's end. */
export function tonight(): Sight[] {
  return sights;
}
