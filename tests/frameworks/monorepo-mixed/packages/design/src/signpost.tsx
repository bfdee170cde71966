export function Signpost({ to, minutes }: { to: string; minutes: number }) {
  return <p>{`${to}: ${minutes} minutes on foot`}</p>;
}
