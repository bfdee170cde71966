/** How far something has come, between 0 and 1. */

export function Progress({ value, label }: { value: number; label: string }) {
  return (
    <span className="progress" role="progressbar" aria-label={label} aria-valuenow={Math.round(value * 100)}>
      <span style={{ width: `${Math.round(value * 100)}%` }} />
    </span>
  );
}

export function ProgressRing({ value, size = 64 }: { value: number; size?: number }) {
  const percent = Math.round(value * 100);
  return (
    <span className="ring" style={{ width: size, height: size }}>
      <svg viewBox="0 0 36 36" role="img" aria-label={`${percent} % done`}>
        <circle cx="18" cy="18" r="15.9" pathLength="100" className="ring-track" />
        <circle cx="18" cy="18" r="15.9" pathLength="100" className="ring-value" strokeDasharray={`${percent} 100`} />
      </svg>
      <strong>{percent}%</strong>
    </span>
  );
}
