import { env } from "$env/dynamic/private";

export function load() {
  return { tonight: env.TONIGHT ?? "a rehearsal" };
}
