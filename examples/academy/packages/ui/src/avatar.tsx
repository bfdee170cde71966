/** A person, as initials on a colour of their own. */
import { hueOf } from "./hue.js";

export function Avatar({ name, size = 40 }: { name: string; size?: number }) {
  const initials = name.split(/\s+/).map((word) => word[0]).slice(0, 2).join("");
  const hue = hueOf(name);
  return (
    <span
      className="avatar"
      aria-hidden="true"
      style={{ width: size, height: size, fontSize: Math.round(size * 0.38), background: `hsl(${hue} 68% 90%)`, color: `hsl(${hue} 55% 30%)` }}
    >
      {initials}
    </span>
  );
}
