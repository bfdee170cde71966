/** What somebody said. */
import { Avatar } from "./avatar.js";

export function Quote({ text, author, role }: { text: string; author: string; role: string }) {
  return (
    <figure className="quote">
      <blockquote>{text}</blockquote>
      <figcaption>
        <Avatar name={author} />
        <span>
          <strong>{author}</strong>
          <small>{role}</small>
        </span>
      </figcaption>
    </figure>
  );
}
