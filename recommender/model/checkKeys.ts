/** Objects of a request have no keys but those that mean something: a misspelt one would be as if nothing had been asked. */
import { RecommenderError, type RecommenderErrorCode } from '../error.js';

/** Whether it has keys and values: no list, map or text, in which nobody would find any. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(Symbol.iterator in value);
}

/** `a list`, `null`, `an object`, for a message. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return Symbol.iterator in value ? 'a map, a set or the like' : 'an object';
}

/** Throws a `RecommenderError` for what is no object, and for its first key that is not `allowed`. */
export function checkKeys(
  code: RecommenderErrorCode,
  what: string,
  value: unknown,
  allowed: readonly string[],
): asserts value is object {
  const names = allowed.map((name) => `"${name}"`).join(', ');
  if (!isObject(value)) {
    throw new RecommenderError(
      code,
      `${kindOf(value)} was given for ${what}`,
      `give an object, which may have ${names}`,
    );
  }
  const unknown = Object.keys(value).find((key) => !allowed.includes(key));
  if (unknown === undefined) return;
  throw new RecommenderError(code, `"${unknown}" of ${what} is unknown`, `it may have ${names}`);
}
