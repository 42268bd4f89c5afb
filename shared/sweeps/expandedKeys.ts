/** The keys that one with alternatives in braces stands for: `a.{b,c}.d` for `a.b.d` and `a.c.d`. */
export function expandedKeys(key: string): string[] {
  const [braces, inner] = /\{([^{}]*)\}/.exec(key) ?? [];
  if (braces === undefined || inner === undefined) return [key];
  return inner.split(',').flatMap((choice) => expandedKeys(key.replace(braces, () => choice)));
}
