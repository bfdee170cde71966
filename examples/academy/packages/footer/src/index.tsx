/** The bottom of every page: where else to go, and which version of which app made this page. */
import { links, name, type LinkKey } from "@academy/brand";
import { translator, type Locale, type MessageKey } from "@academy/i18n";
import "./footer.css";

const COLUMNS: { title: MessageKey; keys: LinkKey[] }[] = [
  { title: "footer.explore", keys: ["home", "catalog", "search"] },
  { title: "footer.account", keys: ["learn", "profile"] },
  { title: "footer.work", keys: ["enterprise", "status"] },
];

interface FooterProps {
  locale: Locale;
  app: string;
  version: string;
  /** Anything else that a page wants to say about itself. */
  note?: string;
}

export function Footer({ locale, app, version, note }: FooterProps) {
  const translate = translator(locale);
  return (
    <footer className="footer">
      <div className="footer-row">
        <div className="footer-promise">
          <strong>{name}</strong>
          <p>{translate("footer.promise")}</p>
        </div>
        {COLUMNS.map((column) => (
          <nav key={column.title} aria-label={translate(column.title)}>
            <h2>{translate(column.title)}</h2>
            {links
              .filter((link) => column.keys.includes(link.key))
              .map((link) => (
                <a key={link.key} href={link.href}>
                  {translate(`nav.${link.key}`)}
                </a>
              ))}
          </nav>
        ))}
      </div>
      <div className="footer-made" data-app={app} data-version={version}>
        <span>{translate("footer.rendered", { app, version })}</span>
        {note === undefined ? null : <span>{note}</span>}
      </div>
    </footer>
  );
}
