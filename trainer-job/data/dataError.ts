import type { StageName } from '@trainyard/shared';

/** The data, or what the specification says of it, is wrong. Trying again cannot help. */
export class DataError extends Error {
  override readonly name = 'DataError';
  constructor(
    readonly stage: StageName,
    /** Kebab-case, stable. */
    readonly code: string,
    message: string,
    /** What to change. */
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
