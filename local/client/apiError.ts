import type { Problem } from '@trainyard/shared';

/** The server's answer when it did not do what was asked. The message is for people: detail, then each pointer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(
      [
        `${problem.title} (${status}): ${problem.detail}`,
        ...(problem.errors ?? []).map(({ pointer, detail }) => `  ${pointer || '/'}: ${detail}`),
      ].join('\n'),
    );
  }
}

/** Nobody answered, or not as a Trainyard does. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}
