/** Sections of which any may be open; works without scripts. */
import type { ReactNode } from "react";

export function Accordion({ sections }: { sections: { title: string; note?: string; content: ReactNode }[] }) {
  return (
    <div className="accordion">
      {sections.map((section, index) => (
        <details key={section.title} open={index === 0}>
          <summary>
            <span>{section.title}</span>
            {section.note === undefined ? null : <small>{section.note}</small>}
          </summary>
          <div className="accordion-content">{section.content}</div>
        </details>
      ))}
    </div>
  );
}
