/** What can be filled in, with its label. */
import clsx from "clsx";
import type { InputHTMLAttributes, SelectHTMLAttributes } from "react";

export function Field({ label, className, ...rest }: { label: string } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className={clsx("field", className)}>
      <span>{label}</span>
      <input {...rest} />
    </label>
  );
}

export function Select({ label, options, className, ...rest }: { label: string; options: { value: string; label: string }[] } & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <label className={clsx("field", className)}>
      <span>{label}</span>
      <select {...rest}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}
