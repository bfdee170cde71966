export const actions = {
  default: async ({ request }) => {
    const form = await request.formData();
    return { word: String(form.get("word") ?? "") };
  },
};
