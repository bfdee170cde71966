/** The top of every page: the mark, the way around, and a search box. */
import { links, mark, name, type LinkKey } from "@academy/brand";
import { translator, type Locale } from "@academy/i18n";
import "./header.css";

/** The links of the row; search has a box and the profile a button. */
const ROW = links.filter((link) => link.key !== "search" && link.key !== "profile");

export function Header({ current, locale }: { current: LinkKey | "course"; locale: Locale }) {
  const translate = translator(locale);
  const state = (key: LinkKey) => (key === current || (key === "catalog" && current === "course") ? "page" : undefined);
  return (
    <header className="header">
      <a className="header-skip" href="#content">
        {translate("header.skip")}
      </a>
      <div className="header-row">
        <a className="header-mark" href="/">
          <svg viewBox="0 0 32 32" width="30" height="30" fill="currentColor" aria-hidden="true">
            {mark.map((path, index) => (
              <path key={path} d={path} opacity={[1, 0.72, 0.5][index]} />
            ))}
          </svg>
          {name}
        </a>
        <nav className="header-links" aria-label={name}>
          {ROW.map((link) => (
            <a key={link.key} href={link.href} aria-current={state(link.key)}>
              {translate(`nav.${link.key}`)}
            </a>
          ))}
        </nav>
        <form className="header-search" action="/search" role="search">
          <svg viewBox="0 0 20 20" width="17" height="17" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
            <circle cx="9" cy="9" r="6" />
            <path d="M13.5 13.5 18 18" />
          </svg>
          <input type="search" name="q" placeholder={translate("header.search")} aria-label={translate("nav.search")} />
        </form>
        <a className="header-profile" href="/profile" aria-current={state("profile")}>
          {translate("nav.profile")}
        </a>
      </div>
    </header>
  );
}
