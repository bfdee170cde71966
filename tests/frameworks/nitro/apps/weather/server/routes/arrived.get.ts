export default defineEventHandler(() => "The balloon has landed\n");
