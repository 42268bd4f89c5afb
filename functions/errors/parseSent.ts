import { problemErrors } from '@trainyard/shared';
import { KEYS_TOLD } from '@trainyard/shared/http/allowedKeys';
import type { z } from 'zod';
import { DomainError } from './domainError.js';

/**
 * Parses what a caller sent; `what` names it in the detail. Throws `invalid-request`, in which every violation is an entry of
 * `errors`, and where Firestore could not store the value.
 */
export function parseSent<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value, KEYS_TOLD);
  if (parsed.success) {
    const wrong = unstorable(value);
    if (wrong !== undefined) throw cannotBeStored(what, wrong);
    return parsed.data;
  }
  const errors = problemErrors(parsed.error, value);
  const first = errors[0];
  const where = first?.pointer ? `${first.pointer} ` : '';
  const detail = `The ${what} ${isSeveral(what) ? 'are' : 'is'} not valid: ${where}${first?.detail ?? ''}${
    errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : ''
  }`;
  throw new DomainError('invalid-request', detail, { errors });
}

/** `parameters` and `overrides` are several, `space` and `body` one. */
function isSeveral(what: string): boolean {
  return what.endsWith('s');
}

/** Firestore has no empty names, keeps those between double underscores to itself, and takes no text that is not Unicode. */
const RESERVED = /^(__.*__)?$/s;
const HALF_PAIR = /\p{Surrogate}/u;

/**
 * What of something sent no store takes, though its schema does; `__proto__`, which zod leaves out of maps without a word, is such a
 * name too. Without recursion, for what was sent may be nested without end.
 */
function unstorable(sent: unknown): string | undefined {
  const open = [sent];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value === 'string' && HALF_PAIR.test(value)) return 'text with half of a surrogate pair';
    if (typeof value !== 'object' || value === null) continue;
    const wrong = Object.keys(value).find((key) => RESERVED.test(key) || HALF_PAIR.test(key));
    if (wrong !== undefined) return `a key ${JSON.stringify(wrong)}`;
    open.push(...Object.values(value).filter((inner) => inner !== undefined));
  }
  return undefined;
}

function cannotBeStored(what: string, found: string): DomainError {
  const detail = `The ${what} ${isSeveral(what) ? 'have' : 'has'} ${found}, which cannot be stored: remove it or call it something else.`;
  return new DomainError('invalid-request', detail);
}
