export function estimate(seats: number, years: number): { perSeat: number; total: number; discount: number };
