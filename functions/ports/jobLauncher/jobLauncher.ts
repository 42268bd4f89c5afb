import type { PlatformProblem } from './platformProblem.js';

export interface LaunchRequest {
  runId: string;
  attempt: number;
  modelId: string;
  tier: string;
  /** The trainer's whole environment beyond what its image sets (DESIGN: the trainer). Holds a secret: never logged. */
  env: Readonly<Record<string, string>>;
  /** When the run was requested: no job of it is older. */
  requestedAt: string;
  /** How long the job may run, in seconds, before the platform ends it. */
  timeoutSeconds: number;
}

/**
 * `waiting`: accepted, no machine yet · `running` · `ended`: with the exit code where the platform tells it, and with what the
 * platform says went wrong, unless the trainer simply ended.
 */
export type JobState =
  | { state: 'waiting'; detail?: string }
  | { state: 'running' }
  | { state: 'ended'; exitCode: number | null; problem?: PlatformProblem }
  | { state: 'unknown' };

export interface JobLauncher {
  /**
   * Starts the job of one attempt and returns its name. Launching an attempt that was launched before starts nothing and
   * returns the same name. Throws `CapacityError` when another tier may do better, `LaunchRejectedError` when none will, and
   * anything else where it is not known whether a job was started: whoever launches again later finds it, or starts it then.
   */
  launch(request: LaunchRequest): Promise<{ name: string }>;
  /** `unknown` for a name that the platform has no job of. */
  inspect(name: string): Promise<JobState>;
  /** Asks the job to stop (SIGTERM), and kills it when it has not stopped after the platform's own grace. Idempotent. */
  cancel(name: string): Promise<void>;
}

export class CapacityError extends Error {
  override readonly name = 'CapacityError';
}

export class LaunchRejectedError extends Error {
  override readonly name = 'LaunchRejectedError';
  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
