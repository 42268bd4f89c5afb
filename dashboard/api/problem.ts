import type { Problem } from '@trainyard/shared/http/problem';

/** Why the server refused, in its own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    message: string,
    readonly status: number,
    readonly problem: Problem | undefined,
  ) {
    super(message);
  }
}

/** The error of an answer that is none of 2xx. */
export async function errorOf(response: Response): Promise<ApiError> {
  const problem = await problemOf(response);
  const message =
    problem?.detail ?? problem?.title ?? `The server answered ${response.status} ${response.statusText}.`;
  return new ApiError(message, response.status, problem);
}

async function problemOf(response: Response): Promise<Problem | undefined> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return undefined;
  return (await response.json()) as Problem;
}
