import type { JobLauncher, JobState, LaunchRequest } from '../../functions/ports/jobLauncher/jobLauncher.js';

/** A platform without machines: it keeps the port's promises, and the test says what its jobs are doing. */
export class FakeLauncher implements JobLauncher {
  /** The jobs that were started: one for each attempt, however often it was launched. */
  readonly started: LaunchRequest[] = [];
  /** Each call of `cancel`. */
  readonly cancelled: string[] = [];
  /** How often `launch` was called. */
  launches = 0;
  /** Runs before a job is started; what it throws the launch throws. */
  beforeLaunch: (request: LaunchRequest) => void = () => {};
  /** Runs after each launch, before its caller hears of it. */
  afterLaunch: (request: LaunchRequest) => void = () => {};
  /** The state of a job that was just started. */
  stateAtStart: JobState = { state: 'running' };
  /** Asked to inspect one of these, the platform is unreachable. */
  readonly unreachable = new Set<string>();
  /** Asked to cancel, the platform fails. */
  failsToCancel = false;
  /** How many more requests to end each job does not heed. */
  private readonly deaf = new Map<string, number>();
  private readonly jobs = new Map<string, JobState>();

  async launch(request: LaunchRequest): Promise<{ name: string }> {
    this.launches++;
    const name = `${request.runId}-${request.attempt}`;
    if (!this.jobs.has(name)) {
      this.beforeLaunch(request);
      this.jobs.set(name, this.stateAtStart);
      this.started.push(request);
    }
    this.afterLaunch(request);
    return { name };
  }

  async inspect(name: string): Promise<JobState> {
    if (this.unreachable.has(name)) throw new Error('the platform does not answer');
    return this.jobs.get(name) ?? { state: 'unknown' };
  }

  async cancel(name: string): Promise<void> {
    this.cancelled.push(name);
    if (this.failsToCancel) throw new Error('the platform does not answer');
    const deaf = this.deaf.get(name) ?? 0;
    this.deaf.set(name, Math.max(0, deaf - 1));
    if (deaf > 0) return;
    const job = this.jobs.get(name);
    if (job && job.state !== 'ended') this.jobs.set(name, { state: 'ended', exitCode: 143 });
  }

  /** A job goes on although it is asked to end so many times. */
  ignores(name: string, requests: number): void {
    this.deaf.set(name, requests);
  }

  set(name: string, state: JobState): void {
    this.jobs.set(name, state);
  }
}
