const departures = [7, 9, 12, 17];

/** The first boat at or after this hour, or tomorrow's first. */
export function nextBoat(hour: number): number {
  return departures.find((departure) => departure >= hour) ?? departures[0];
}
