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
  if (parsed.success) return parsed.data;
  const errors = problemErrors(parsed.error);
  const first = errors[0];
  const detail = `The ${what} is not valid: ${first?.pointer ?? ''} ${first?.detail ?? ''}${
    errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : ''
  }`;
  throw new ProblemError(400, 'invalid-request', 'Invalid request', detail, { errors });
}
