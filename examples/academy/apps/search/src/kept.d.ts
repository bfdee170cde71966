export function kept<Value>(load: () => Promise<Value>, lifetimeMs: number, now?: () => number): () => Promise<Value>;
