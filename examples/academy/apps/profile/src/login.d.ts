export const PASSWORD_LENGTH: number;
export function localPath(next: string | null | undefined): string;
export function problemOf(fullName: string, password: string): string;
export function nameOf(fullName: string): string;
