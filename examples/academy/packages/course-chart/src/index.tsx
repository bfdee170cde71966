/** How many learners stay with a course, week by week. Loaded when somebody asks to see it. */
import "./course-chart.css";

const WIDTH = 640;
const HEIGHT = 220;
const EDGE = 34;

/** `values` are percent of those who began, one for each week. */
export function CourseChart({ values }: { values: number[] }) {
  const points = values.map((value, index) => [across(index, values.length), down(value)] as const);
  const line = points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("");
  return (
    <svg className="course-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label="Learners who stay, week by week">
      {[0, 25, 50, 75, 100].map((value) => (
        <g key={value}>
          <path d={`M${EDGE} ${down(value)}H${WIDTH - 8}`} className="course-chart-grid" />
          <text x={EDGE - 8} y={down(value) + 4} textAnchor="end">
            {value}%
          </text>
        </g>
      ))}
      <path d={`${line}V${down(0)}H${EDGE}z`} className="course-chart-area" />
      <path d={line} className="course-chart-line" />
      {points.map(([x, y], index) => (
        <g key={x}>
          <circle cx={x} cy={y} r="4">
            <title>{`Week ${index + 1}: ${values[index]} %`}</title>
          </circle>
          <text x={x} y={HEIGHT - 4} textAnchor="middle">
            {index + 1}
          </text>
        </g>
      ))}
    </svg>
  );
}

function across(index: number, count: number): number {
  return Math.round(EDGE + (index * (WIDTH - EDGE - 16)) / Math.max(1, count - 1));
}

function down(value: number): number {
  return Math.round(12 + ((100 - value) * (HEIGHT - 40)) / 100);
}
