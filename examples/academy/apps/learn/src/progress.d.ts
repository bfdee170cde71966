import type { Enrolment } from "@academy/api-client";
export function overall(enrolments: readonly Enrolment[]): { done: number; lessons: number; share: number };
export function oneMore(enrolment: Enrolment): Enrolment;
export function loginAddress(origin: string, path: string): string;
