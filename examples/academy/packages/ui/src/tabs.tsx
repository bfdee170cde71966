/** Several contents of which one is seen. */
import clsx from "clsx";
import { useId, useState, type ReactNode } from "react";

export function Tabs({ tabs }: { tabs: { title: string; content: ReactNode }[] }) {
  const [current, setCurrent] = useState(0);
  const id = useId();
  return (
    <div className="tabs">
      <div role="tablist">
        {tabs.map((tab, index) => (
          <button
            key={tab.title}
            type="button"
            role="tab"
            id={`${id}-tab-${index}`}
            aria-selected={index === current}
            aria-controls={`${id}-panel`}
            className={clsx("tab", index === current && "tab-current")}
            onClick={() => setCurrent(index)}
          >
            {tab.title}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${current}`}>
        {tabs[current]?.content}
      </div>
    </div>
  );
}
