/** What an execution of a Cloud Run Job says of itself (google/cloud/run/v2: execution.proto, condition.proto, task.proto). */
import { z } from 'zod';
import { GRPC } from './grpcProblem.js';
import type { JobState } from './jobLauncher.js';
import { platformProblem, problemInWords, type JobPlace, type ProblemCode } from './platformProblem.js';
import { enumSchema, listOf, timestampSchema } from './protoValues.js';

const STATES = [
  'STATE_UNSPECIFIED',
  'CONDITION_PENDING',
  'CONDITION_RECONCILING',
  'CONDITION_FAILED',
  'CONDITION_SUCCEEDED',
];
const EXECUTION_REASONS = [
  'EXECUTION_REASON_UNDEFINED',
  'JOB_STATUS_SERVICE_POLLING_ERROR',
  'NON_ZERO_EXIT_CODE',
  'CANCELLED',
  'CANCELLING',
  'DELETED',
  'DELAYED_START_PENDING',
];
const COMMON_REASONS = {
  0: 'COMMON_REASON_UNDEFINED',
  1: 'UNKNOWN',
  3: 'REVISION_FAILED',
  4: 'PROGRESS_DEADLINE_EXCEEDED',
  6: 'CONTAINER_MISSING',
  7: 'CONTAINER_PERMISSION_DENIED',
  8: 'CONTAINER_IMAGE_UNAUTHORIZED',
  9: 'CONTAINER_IMAGE_AUTHORIZATION_CHECK_FAILED',
  10: 'ENCRYPTION_KEY_PERMISSION_DENIED',
  11: 'ENCRYPTION_KEY_CHECK_FAILED',
  12: 'SECRETS_ACCESS_CHECK_FAILED',
  13: 'WAITING_FOR_OPERATION',
  14: 'IMMEDIATE_RETRY',
  15: 'POSTPONED_RETRY',
  16: 'INTERNAL',
  17: 'VPC_NETWORK_NOT_FOUND',
};

const BY_REASON: Readonly<Record<string, ProblemCode>> = {
  PROGRESS_DEADLINE_EXCEEDED: 'time-limit',
  CONTAINER_MISSING: 'image-not-found',
  CONTAINER_PERMISSION_DENIED: 'image-denied',
  CONTAINER_IMAGE_UNAUTHORIZED: 'image-denied',
  CONTAINER_IMAGE_AUTHORIZATION_CHECK_FAILED: 'image-denied',
  ENCRYPTION_KEY_PERMISSION_DENIED: 'permission-denied',
  ENCRYPTION_KEY_CHECK_FAILED: 'permission-denied',
  SECRETS_ACCESS_CHECK_FAILED: 'secret-denied',
  VPC_NETWORK_NOT_FOUND: 'invalid-request',
  CANCELLED: 'job-stopped',
  DELETED: 'job-stopped',
  INTERNAL: 'platform-error',
};

const conditionSchema = z
  .object({
    type: z.string().nullish(),
    state: enumSchema(STATES),
    message: z.string().nullish(),
    reason: enumSchema(COMMON_REASONS),
    executionReason: enumSchema(EXECUTION_REASONS),
  })
  .transform(({ type, state, message, reason, executionReason }) => ({
    type: type ?? '',
    state,
    message: message ?? '',
    reason: executionReason === EXECUTION_REASONS[0] ? reason : executionReason,
  }));
type Condition = z.infer<typeof conditionSchema>;

const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

export const executionSchema = z.object({
  name: z.string(),
  createTime: timestampSchema,
  completionTime: timestampSchema,
  conditions: listOf(conditionSchema),
  runningCount: count,
  succeededCount: count,
  cancelledCount: count,
  template: z
    .object({
      containers: listOf(
        z.object({ env: listOf(z.object({ name: z.string(), value: z.string().nullish() })) }),
      ),
    })
    .nullish(),
});
export type Execution = z.infer<typeof executionSchema>;

/** The last attempt of an execution's one task. */
export const taskSchema = z.object({
  lastAttemptResult: z
    .object({
      status: z.object({ code: z.number().nullish(), message: z.string().nullish() }).nullish(),
      exitCode: z.number().nullish(),
      termSignal: z.number().nullish(),
    })
    .nullish(),
});
export type Task = z.infer<typeof taskSchema>;

/** The value that an execution's container gets of a variable. */
export function environmentOf({ template }: Execution, name: string): string | undefined {
  return template?.containers[0]?.env.find((variable) => variable.name === name)?.value ?? undefined;
}

export function hasEnded({ completionTime, conditions }: Execution): boolean {
  return completionTime !== null || completed(conditions)?.state === 'CONDITION_FAILED';
}

/** The state of an execution; its task matters once it has ended without success. */
export function stateOf(execution: Execution, task: Task | undefined, place: JobPlace): JobState {
  const { conditions } = execution;
  if (hasEnded(execution)) return endOf(execution, task, place);
  const started = conditions.find(({ type }) => type === 'Started');
  if (execution.runningCount > 0 || started?.state === 'CONDITION_SUCCEEDED') return { state: 'running' };
  const held = conditions.find(({ state, message }) => state !== 'CONDITION_SUCCEEDED' && message !== '');
  return held ? { state: 'waiting', detail: held.message } : { state: 'waiting' };
}

function endOf(execution: Execution, task: Task | undefined, place: JobPlace): JobState {
  const { conditions, succeededCount } = execution;
  if (succeededCount > 0 || completed(conditions)?.state === 'CONDITION_SUCCEEDED') {
    return { state: 'ended', exitCode: 0 };
  }
  const { exitCode, termSignal, status } = task?.lastAttemptResult ?? {};
  const failed = conditions.filter(({ state }) => state === 'CONDITION_FAILED');
  const said = [status?.message, ...failed.map(({ message }) => message)].filter(Boolean).join(' ');
  const ownCode = exitCode && !termSignal ? exitCode : null;
  const code = problemOf(execution, said, status?.code ?? 0, termSignal ?? 0);
  // A trainer that ended with a code of its own says more by it than the platform's "exited with non-zero".
  if (code === undefined || (code === 'platform-error' && ownCode !== null))
    return { state: 'ended', exitCode: ownCode };
  const words =
    said || (termSignal ? `the container was ended by signal ${termSignal}` : 'the execution failed');
  return { state: 'ended', exitCode: ownCode, problem: platformProblem(code, words, place) };
}

/** Undefined where the trainer simply ended with a code of its own. */
function problemOf(
  { conditions, cancelledCount }: Execution,
  said: string,
  statusCode: number,
  termSignal: number,
): ProblemCode | undefined {
  const failed = conditions.filter(({ state }) => state === 'CONDITION_FAILED');
  const byReason = failed.map(({ reason }) => BY_REASON[reason]).find((code) => code !== undefined);
  if (byReason === 'job-stopped' || cancelledCount > 0) return 'job-stopped';
  const byWords = problemInWords(said);
  if (byWords) return byWords;
  if (byReason) return byReason;
  if (statusCode === GRPC.DEADLINE_EXCEEDED) return 'time-limit';
  if (statusCode === GRPC.RESOURCE_EXHAUSTED) return 'no-capacity';
  // Nobody but the kernel, for want of memory, or the platform kills a trainer.
  if (termSignal > 0) return 'platform-error';
  return failed.some(({ reason }) => reason === 'NON_ZERO_EXIT_CODE') ? undefined : 'platform-error';
}

function completed(conditions: readonly Condition[]): Condition | undefined {
  return conditions.find(({ type }) => type === 'Completed');
}
