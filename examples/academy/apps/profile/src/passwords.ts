/** Passwords, kept as Argon2 hashes as long as this server runs. */
import { hash, verify } from "@node-rs/argon2";

/** An example that is open to the whole world should not grow with it. */
const KEPT = 1_000;

const hashes = new Map<string, string>();

/** Takes a password in. A password that differs from the one before replaces it: this is an example. */
export async function keepPassword(name: string, password: string): Promise<void> {
  const before = hashes.get(name);
  if (before !== undefined && (await verify(before, password))) return;
  hashes.delete(name);
  hashes.set(name, await hash(password));
  for (const oldest of hashes.keys()) {
    if (hashes.size <= KEPT) break;
    hashes.delete(oldest);
  }
}

/** How a password is kept, without the salt and the hash itself: `$argon2id$v=19$m=19456,t=2,p=1`; empty if it is not. */
export function describePassword(name: string): string {
  return (hashes.get(name) ?? "").split("$").slice(0, 4).join("$");
}
