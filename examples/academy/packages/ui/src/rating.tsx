/** Stars out of five. */

const STAR = "M10 1.6l2.6 5.3 5.8.8-4.2 4.1 1 5.8L10 14.9l-5.2 2.7 1-5.8L1.6 7.7l5.8-.8z";

export function Rating({ value }: { value: number }) {
  return (
    <span className="rating" role="img" aria-label={`${value.toFixed(1)} of 5 stars`}>
      <svg viewBox="0 0 20 20" width="15" height="15" fill="currentColor" aria-hidden="true">
        <path d={STAR} />
      </svg>
      <strong>{value.toFixed(1)}</strong>
    </span>
  );
}
