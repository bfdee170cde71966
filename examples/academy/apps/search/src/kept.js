/** Keeps a value for a while. When it cannot be loaded again the old one is still better than none. */
export function kept(load, lifetimeMs, now = Date.now) {
  let value;
  let until = -Infinity;
  let loading;
  return async () => {
    if (now() < until) return value;
    loading ??= load().finally(() => {
      loading = undefined;
    });
    try {
      value = await loading;
    } catch (error) {
      if (value === undefined) throw error;
    }
    until = now() + lifetimeMs;
    return value;
  };
}
