import { z } from 'zod';

/** More levels than anything has that a specification holds. */
const MOST_LEVELS = 50;

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/**
 * Any value of JSON. To clients it is `unknown`: generators of types do not follow a schema that holds itself, and a schema that
 * did would run out of stack on values that are nested without end.
 */
export const jsonValueSchema = z
  .unknown()
  .refine(isJson, `must be a value of JSON of at most ${MOST_LEVELS} levels`) as z.ZodType<JsonValue>;

function isJson(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_LEVELS || !level.every(isPlainOrGroup)) return false;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return true;
}

function isPlainOrGroup(value: unknown): boolean {
  if (value === null || Array.isArray(value)) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'object') return Object.getPrototypeOf(value) === Object.prototype;
  return typeof value === 'string' || typeof value === 'boolean';
}
