import type { Problem } from '@trainyard/shared';
import { DOMAIN_CODES, type DomainCode } from './domainCodes.js';

/** What an answer to a refusal says beside its code and detail. */
interface DomainErrorParts {
  /** The places of what was sent that are wrong. */
  errors?: NonNullable<Problem['errors']>;
  /** After how many seconds the same request may succeed. */
  retryAfterSeconds?: number;
  /** The methods that the path has. */
  allowedMethods?: readonly string[];
  /** The size of the file of which a range was asked. */
  sizeBytes?: number;
  cause?: unknown;
}

/** A request that cannot be granted. The code says everything that is the same for all such refusals. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly errors: Problem['errors'];
  readonly retryAfterSeconds: number | undefined;
  readonly allowedMethods: readonly string[] | undefined;
  readonly sizeBytes: number | undefined;

  constructor(
    readonly code: DomainCode,
    /** What was given, what is allowed and what to do. */
    readonly detail: string,
    { errors, retryAfterSeconds, allowedMethods, sizeBytes, cause }: DomainErrorParts = {},
  ) {
    super(detail, { cause });
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
    this.allowedMethods = allowedMethods;
    this.sizeBytes = sizeBytes;
  }

  /** Whether the same request may succeed later. */
  get isRetried(): boolean {
    return DOMAIN_CODES[this.code].retried;
  }
}

/** `what` follows "There is no …". */
export function notFound(what: string): DomainError {
  return new DomainError('not-found', `There is no ${what}.`);
}
