export function slugOf(path: string): string | undefined;
export function dayOf(date: string): string;
export function hoursOf(lessons: readonly { minutes: number }[]): string;
