import { redirect } from "next/navigation";

async function suggest(form: FormData) {
  "use server";
  const word = String(form.get("word") ?? "");
  redirect(`/form/thanks?word=${encodeURIComponent(word)}`);
}

export default function Form() {
  return (
    <form action={suggest}>
      <label>
        Which star should we show next? <input name="word" required />
      </label>
      <button>Suggest</button>
    </form>
  );
}
