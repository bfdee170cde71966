import { Form } from "react-router";
import type { Route } from "./+types/form";

export async function action({ request }: Route.ActionArgs) {
  const form = await request.formData();
  return { word: String(form.get("word") ?? "") };
}

export default function Ask({ actionData }: Route.ComponentProps) {
  if (actionData) {
    return <h1>{`We ordered a book about ${actionData.word}`}</h1>;
  }
  return (
    <Form method="post">
      <label>
        About what? <input name="word" required />
      </label>
      <button>Ask</button>
    </Form>
  );
}
