export interface LaunchRequest {
  runId: string;
  attempt: number;
  tier: string;
  /** The trainer's whole environment beyond what its image sets (DESIGN: the trainer). Holds a secret: never logged. */
  env: Readonly<Record<string, string>>;
}

/** `waiting`: accepted, no machine yet · `running` · `ended`: with the exit code where the platform tells it. */
export type JobState =
  { state: 'waiting' | 'running' } | { state: 'ended'; exitCode: number | null } | { state: 'unknown' };

export interface JobLauncher {
  /**
   * Starts the job of one attempt and returns its name. Launching an attempt that was launched before starts nothing and
   * returns the same name. Throws `CapacityError` when another tier may do better, `LaunchRejectedError` when none will.
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
  ) {
    super(message);
  }
}
