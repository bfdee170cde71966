/** The picture of a course, drawn from its name: always the same, and nobody has to paint two thousand. */
import { hashOf } from "./hue.js";

const PALETTES: [string, string, string, string][] = [
  ["#2b1b8f", "#5b4bff", "#ff9a6b", "#ffe3cf"],
  ["#073b4c", "#118ab2", "#ffd166", "#e7f7fb"],
  ["#3a0f4f", "#a23bd3", "#ff7ab6", "#fde7f4"],
  ["#0b3d2e", "#1c9a6c", "#f4d35e", "#e5f6ee"],
  ["#4a1020", "#d1495b", "#edae49", "#fdeee9"],
  ["#10214b", "#3066be", "#9ee6cf", "#e8f0fd"],
  ["#3b2410", "#c26a2d", "#ffe29a", "#fbf0e4"],
  ["#1f2a37", "#4b6584", "#7ef0c2", "#eaf0f6"],
];

export function Cover({ seed, kind }: { seed: string; kind: string }) {
  const next = numbers(hashOf(seed));
  const palette = PALETTES[hashOf(kind) % PALETTES.length] as [string, string, string, string];
  const draw = PATTERNS[hashOf(seed) % PATTERNS.length] as Pattern;
  return (
    <svg className="cover" viewBox="0 0 320 180" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <rect width="320" height="180" fill={palette[next() > 0.5 ? 0 : 1]} />
      {draw(next, palette)}
    </svg>
  );
}

type Pattern = (next: () => number, palette: [string, string, string, string]) => React.ReactNode;

const PATTERNS: Pattern[] = [
  function rings(next, [deep, main, accent, light]) {
    const x = round(60 + next() * 200);
    const y = round(40 + next() * 110);
    const colors = [main, deep, accent, light, deep];
    return colors.map((color, index) => <circle key={index} cx={x} cy={y} r={(5 - index) * 30 - 8} fill={color} opacity={index === 3 ? 0.9 : 0.8} />);
  },
  function hills(next, [deep, main, accent, light]) {
    const sun = round(50 + next() * 220);
    const wave = (top: number) => `M0 ${top}C${round(60 + next() * 60)} ${round(top - 60 * next() - 10)} ${round(180 + next() * 40)} ${round(top + 50 * next())} 320 ${round(top - 30 * next())}V180H0z`;
    return (
      <>
        <circle cx={sun} cy="62" r="34" fill={accent} />
        <path d={wave(96)} fill={light} opacity="0.28" />
        <path d={wave(120)} fill={main} opacity="0.85" />
        <path d={wave(148)} fill={deep} />
      </>
    );
  },
  function tiles(next, palette) {
    return Array.from({ length: 40 }, (_, index) => {
      const x = (index % 8) * 40;
      const y = Math.floor(index / 8) * 40 - 10;
      const color = palette[Math.floor(next() * 4)] as string;
      const turn = Math.floor(next() * 4) * 90;
      return next() > 0.42 ? (
        <path key={index} d="M0 0H40A40 40 0 0 1 0 40z" fill={color} opacity="0.82" transform={`translate(${x} ${y}) rotate(${turn} 20 20)`} />
      ) : null;
    });
  },
  function bars(next, [, main, accent, light]) {
    return Array.from({ length: 11 }, (_, index) => {
      const height = round(26 + next() * 128);
      const color = [main, accent, light][Math.floor(next() * 3)] as string;
      return <rect key={index} x={12 + index * 27} y={180 - height} width="20" height={height + 12} rx="10" fill={color} opacity="0.86" />;
    });
  },
  function orbit(next, [deep, main, accent, light]) {
    const tilt = round(next() * 60 - 30);
    return (
      <g transform={`translate(${round(110 + next() * 100)} 90) rotate(${tilt})`}>
        {[130, 96, 62].map((radius, index) => (
          <ellipse key={radius} rx={radius} ry={round(radius * 0.46)} fill="none" stroke={light} strokeWidth="2.5" opacity={0.35 + index * 0.2} />
        ))}
        <circle r="30" fill={accent} />
        <circle cx="-12" cy="-4" r="30" fill={deep} opacity="0.14" />
        <circle cx="96" cy="0" r="11" fill={light} />
        <circle cx="-58" cy="-10" r="8" fill={main} stroke={light} strokeWidth="2.5" />
      </g>
    );
  },
];

/** Numbers between 0 and 1 that depend on the seed alone (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
