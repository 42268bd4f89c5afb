import { problemErrors, type Problem } from '@trainyard/shared';
import type { z } from 'zod';

/** Thrown anywhere below a handler: the answer that the caller gets. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(
    status: number,
    type: string,
    title: string,
    detail: string,
    parts: { errors?: Problem['errors']; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: parts.cause });
    this.problem = {
      type: `https://trainyard.dev/problems/${type}`,
      title,
      status,
      detail,
      ...(parts.errors && { errors: parts.errors }),
    };
    this.headers = parts.headers ?? {};
  }

  readonly headers: Record<string, string>;
}

export function notFound(what: string): ProblemError {
  return new ProblemError(404, 'not-found', 'Not found', `There is no ${what}.`);
}

export function invalidPath(cause: URIError): ProblemError {
  const detail = 'The path has a percent sign that is not followed by two hexadecimal digits of UTF-8.';
  return new ProblemError(400, 'invalid-path', 'Invalid path', detail, { cause });
}

/** Parses what a caller sent; every violation becomes an entry of `errors`. */
export function parseOrProblem<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    if (hasPrototypeKey(value)) throw prototypeKey(what);
    return parsed.data;
  }
  const errors = problemErrors(parsed.error);
  const first = errors[0];
  const detail = `The ${what} is not valid: ${first?.pointer ?? ''} ${first?.detail ?? ''}${
    errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : ''
  }`;
  throw new ProblemError(400, 'invalid-request', 'Invalid request', detail, { errors });
}

/** zod leaves such keys out of maps without a word. Without recursion, for what was sent may be nested without end. */
function hasPrototypeKey(sent: unknown): boolean {
  const open = [sent];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if (Object.hasOwn(value, '__proto__')) return true;
    for (const inner of Object.values(value)) if (typeof inner === 'object') open.push(inner);
  }
  return false;
}

function prototypeKey(what: string): ProblemError {
  const detail = `The ${what} has a key "__proto__": nothing can have that name. Remove it or give it another.`;
  return new ProblemError(400, 'invalid-request', 'Invalid request', detail);
}
