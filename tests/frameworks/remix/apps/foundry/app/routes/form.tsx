import type { ActionFunctionArgs } from "@remix-run/node";
import { Form, useActionData } from "@remix-run/react";

export async function action({ request }: ActionFunctionArgs) {
  const form = await request.formData();
  return { word: String(form.get("word") ?? "") };
}

export default function Inscription() {
  const answer = useActionData<typeof action>();
  if (answer) {
    return <h1>{`The bell will say ${answer.word}`}</h1>;
  }
  return (
    <Form method="post">
      <label>
        Inscription: <input name="word" required />
      </label>
      <button>Engrave</button>
    </Form>
  );
}
