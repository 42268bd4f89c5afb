/** What a CustomJob of Vertex AI says of itself (google/cloud/aiplatform/v1: custom_job.proto, job_state.proto). */
import { z } from 'zod';
import { GRPC } from './grpcProblem.js';
import type { JobState } from './jobLauncher.js';
import { platformProblem, problemInWords, type JobPlace, type ProblemCode } from './platformProblem.js';
import { enumSchema, timestampSchema } from './protoValues.js';

const STATES = [
  'JOB_STATE_UNSPECIFIED',
  'JOB_STATE_QUEUED',
  'JOB_STATE_PENDING',
  'JOB_STATE_RUNNING',
  'JOB_STATE_SUCCEEDED',
  'JOB_STATE_FAILED',
  'JOB_STATE_CANCELLING',
  'JOB_STATE_CANCELLED',
  'JOB_STATE_PAUSED',
  'JOB_STATE_EXPIRED',
  'JOB_STATE_UPDATING',
  'JOB_STATE_PARTIALLY_SUCCEEDED',
];

export const customJobSchema = z.object({
  name: z.string(),
  state: enumSchema(STATES),
  createTime: timestampSchema,
  labels: z.record(z.string(), z.string()).nullish(),
  error: z.object({ code: z.number().nullish(), message: z.string().nullish() }).nullish(),
});
export type CustomJob = z.infer<typeof customJobSchema>;

export function stateOf(job: CustomJob, place: JobPlace): JobState {
  switch (job.state) {
    case 'JOB_STATE_QUEUED':
      // https://cloud.google.com/vertex-ai/docs/training/understanding-training-service: queued while the quota is used up.
      return { state: 'waiting', detail: 'the job is queued: the quota may be used up' };
    case 'JOB_STATE_PENDING':
    case 'JOB_STATE_PAUSED':
      return { state: 'waiting' };
    case 'JOB_STATE_SUCCEEDED':
    case 'JOB_STATE_PARTIALLY_SUCCEEDED':
      return { state: 'ended', exitCode: 0 };
    case 'JOB_STATE_FAILED':
    case 'JOB_STATE_CANCELLED':
    case 'JOB_STATE_EXPIRED':
      return endOf(job, place);
    default:
      // Running, updating, being cancelled, or a state that is newer than this: the trainer's own reports decide.
      return { state: 'running' };
  }
}

function endOf({ state, error }: CustomJob, place: JobPlace): JobState {
  const said = error?.message ?? '';
  // "The replica workerpool0-0 exited with a non-zero status of 1. To find out more about why your job exited …"
  const status = /non-zero status of (\d+)/.exec(said)?.[1];
  const exitCode = status === undefined ? null : Number(status);
  const code = problemOf(state, error?.code ?? 0, said);
  // A trainer that ended with a code of its own says more by it than the platform's "exited with a non-zero status".
  if (code === undefined || (code === 'platform-error' && exitCode !== null))
    return { state: 'ended', exitCode };
  return { state: 'ended', exitCode, problem: platformProblem(code, said || state, place) };
}

const BY_CODE: ReadonlyMap<number, ProblemCode> = new Map([
  [GRPC.CANCELLED, 'job-stopped'],
  [GRPC.DEADLINE_EXCEEDED, 'time-limit'],
  [GRPC.PERMISSION_DENIED, 'permission-denied'],
  [GRPC.RESOURCE_EXHAUSTED, 'no-capacity'],
]);

function problemOf(state: string, code: number, said: string): ProblemCode {
  const byWords = problemInWords(said);
  if (byWords) return byWords;
  if (state === 'JOB_STATE_CANCELLED') return 'job-stopped';
  if (state === 'JOB_STATE_EXPIRED') return 'time-limit';
  return BY_CODE.get(code) ?? 'platform-error';
}
