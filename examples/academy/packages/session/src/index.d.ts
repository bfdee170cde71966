export interface User {
  name: string;
  fullName: string;
}
export function signIn(user: User, options?: { secure?: boolean; now?: number; secret?: string }): string;
export function signOut(options?: { secure?: boolean }): string;
export function signedIn(cookieHeader: string | undefined, options?: { now?: number; secret?: string }): User | undefined;
