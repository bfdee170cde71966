import { books } from "@reading/catalogue";
import { Link } from "react-router";
import lamp from "../lamp.svg?no-inline";
import type { Route } from "./+types/home";

export function loader() {
  return { books, librarian: process.env.LIBRARIAN ?? "nobody" };
}

export default function Home({ loaderData }: Route.ComponentProps) {
  return (
    <main>
      <h1>Please whisper beyond this desk</h1>
      <img src={lamp} alt="A green lamp" />
      <p>{`At the desk today: ${loaderData.librarian}.`}</p>
      <ul>
        {loaderData.books.map((book) => (
          <li key={book.title}>{`${book.title}, shelf ${book.shelf}`}</li>
        ))}
      </ul>
      <Link to="/form">Ask for a book</Link>
    </main>
  );
}
