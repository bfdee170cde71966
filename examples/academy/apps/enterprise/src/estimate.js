/** What some seats cost for some years, in whole euros. */

const PER_SEAT = 240;
const FOR_SEATS = [
  { from: 200, percent: 25 },
  { from: 100, percent: 18 },
  { from: 50, percent: 10 },
];
const FOR_EACH_FURTHER_YEAR = 5;

export function estimate(seats, years) {
  const forSeats = FOR_SEATS.find(({ from }) => seats >= from)?.percent ?? 0;
  const discount = forSeats + (years - 1) * FOR_EACH_FURTHER_YEAR;
  const perSeat = Math.round((PER_SEAT * (100 - discount)) / 100);
  return { perSeat, total: perSeat * seats * years, discount };
}
