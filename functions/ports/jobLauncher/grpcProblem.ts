/** What an error of a Google client means for a launch. Codes: https://grpc.io/docs/guides/status-codes (google.rpc.Code). */
import { z } from 'zod';
import { CapacityError, LaunchRejectedError } from './jobLauncher.js';
import {
  consequenceOf,
  platformProblem,
  problemInWords,
  shown,
  type JobPlace,
  type ProblemCode,
} from './platformProblem.js';

export const GRPC = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** `GoogleError` of google-gax, as far as it is used: `reason` is that of `google.rpc.ErrorInfo`, where one came along. */
const failureSchema = z.object({
  code: z.number().optional(),
  message: z.string().default(''),
  details: z.string().optional(),
  reason: z.string().optional(),
});

/** Reasons of `googleapis.com` (https://github.com/googleapis/googleapis, google/api/error_reason.proto). */
const REASONS: Readonly<Record<string, ProblemCode>> = {
  SERVICE_DISABLED: 'api-disabled',
  BILLING_DISABLED: 'billing-disabled',
  RESOURCE_QUOTA_EXCEEDED: 'quota-exceeded',
  STOCKOUT: 'no-capacity',
  IAM_PERMISSION_DENIED: 'permission-denied',
};

/** Too many requests, not too few machines: the same request is fine a minute later. */
const RATE_REASONS = new Set(['RATE_LIMIT_EXCEEDED', 'CONCURRENT_REQUEST_LIMIT']);
const RATE_WORDS = /per (minute|second|100 seconds)|rate limit|too many requests/i;

/** After these the job may have been started all the same: the answer is what is missing. */
const LOST_ANSWERS: ReadonlySet<number> = new Set([
  GRPC.CANCELLED,
  GRPC.UNKNOWN,
  GRPC.DEADLINE_EXCEEDED,
  GRPC.ALREADY_EXISTS,
  GRPC.ABORTED,
  GRPC.INTERNAL,
  GRPC.UNAVAILABLE,
  GRPC.DATA_LOSS,
]);

const BY_CODE: ReadonlyMap<number, ProblemCode> = new Map([
  [GRPC.INVALID_ARGUMENT, 'invalid-request'],
  [GRPC.NOT_FOUND, 'no-such-job'],
  [GRPC.PERMISSION_DENIED, 'permission-denied'],
  [GRPC.RESOURCE_EXHAUSTED, 'no-capacity'],
  [GRPC.FAILED_PRECONDITION, 'invalid-request'],
  [GRPC.OUT_OF_RANGE, 'invalid-request'],
  [GRPC.UNIMPLEMENTED, 'invalid-request'],
]);

/** What may be said of an error of an API call by words, beside its code. */
const WORDS_COUNT: ReadonlySet<number> = new Set([
  GRPC.INVALID_ARGUMENT,
  GRPC.NOT_FOUND,
  GRPC.PERMISSION_DENIED,
  GRPC.RESOURCE_EXHAUSTED,
  GRPC.FAILED_PRECONDITION,
]);

/** What a request that was refused can have met: nothing has run yet that could be preempted or run out of memory. */
const BEFORE_THE_START: ReadonlySet<ProblemCode> = new Set([
  'no-capacity',
  'quota-exceeded',
  'api-disabled',
  'billing-disabled',
  'image-denied',
  'image-not-found',
  'secret-denied',
]);

export function grpcCode(error: unknown): number | undefined {
  return failureSchema.safeParse(error).data?.code;
}

/** Stops a job; where it is gone or has ended, nothing is left to stop. */
export async function stopUnlessOver(stop: () => Promise<unknown>): Promise<void> {
  try {
    await stop();
  } catch (error) {
    const code = grpcCode(error);
    if (code !== GRPC.NOT_FOUND && code !== GRPC.FAILED_PRECONDITION) throw error;
  }
}

/** Whether the platform may have done what it was asked although it did not say so. */
export function mayHaveHappened(error: unknown): boolean {
  const code = grpcCode(error);
  return code === undefined || LOST_ANSWERS.has(code);
}

/**
 * The error to throw where a launch failed with `error`: `CapacityError`, `LaunchRejectedError`, or, where trying again is what
 * helps, the same error with a message that says which tier and platform it was.
 */
export function launchError(error: unknown, place: JobPlace): Error {
  const { code, message, details, reason } = failureSchema.parse(error);
  const said = details ?? message;
  const problem = problemCodeOf(code, reason, said);
  if (problem === undefined) return notKnown(error, place);
  const { message: words, remedy } = platformProblem(problem, said, place);
  return consequenceOf(problem) === 'nextTier'
    ? new CapacityError(`${words}; ${remedy}`, { cause: error })
    : new LaunchRejectedError(words, remedy, { cause: error });
}

/** It is not known whether a job was started, or it passes by itself: tried again when the lease has run out. */
export function notKnown(error: unknown, { platform, tier, region }: JobPlace): Error {
  const { message, details } = failureSchema.parse(error);
  const said = shown(details ?? message);
  return new Error(
    `${platform} (tier "${tier}", ${region}) gave no useful answer, and is asked again: ${said}`,
    {
      cause: error,
    },
  );
}

/** Undefined: nobody knows, or it passes by itself. */
function problemCodeOf(
  code: number | undefined,
  reason: string | undefined,
  said: string,
): ProblemCode | undefined {
  if (code === undefined || LOST_ANSWERS.has(code)) return undefined;
  if (RATE_REASONS.has(reason ?? '') || (code === GRPC.RESOURCE_EXHAUSTED && RATE_WORDS.test(said)))
    return undefined;
  const byReason = REASONS[reason ?? ''];
  if (byReason) return byReason;
  const byWords = WORDS_COUNT.has(code) ? problemInWords(said) : undefined;
  return byWords && BEFORE_THE_START.has(byWords) ? byWords : BY_CODE.get(code);
}
