/** What can happen to a run: the events that `transition` applies. */
import type { CallbackBody, CallbackKind } from '../callbacks/bodies.js';
import type { Run, RunError } from '../runs/run.js';

export type Job = NonNullable<Run['job']>;

export type RunCallback = {
  [K in CallbackKind]: { type: 'callback'; kind: K; body: CallbackBody<K> };
}[CallbackKind];

export type LifecycleEvent =
  | RunCallback
  /** A dispatcher takes the run to launch it; refused while another one's lease is valid. */
  | { type: 'claimed'; attempt: number; holder: string; expiresAt: string }
  /** `ranOn`: what the job was given, and where the platform shows it. */
  | { type: 'launched'; attempt: number; job: Job; ranOn?: Pick<Run, 'computeConfig' | 'consoleUrl'> }
  /** The tier has no capacity, or kept the job waiting too long; `tierCount` tells whether another one is left. */
  | { type: 'tierUnavailable'; attempt: number; tierIndex: number; tierCount: number; reason: string }
  /** The platform refused the job for good: no such image, no permission. */
  | { type: 'launchRejected'; attempt: number; error: RunError }
  /** The job is gone without a final callback, or silent for too long. */
  | { type: 'lost'; attempt: number; error: RunError }
  | { type: 'cancelRequested' }
  /** A budget is spent: as if cancelled, and the run says why. */
  | { type: 'budgetExceeded'; error: RunError }
  /** The job of a cancelling run has ended or was killed. */
  | { type: 'jobEnded'; attempt: number }
  | { type: 'deadlinePassed' }
  /** The platform says that a job which nobody wants any more is gone; of whatever attempt, and whether or not the run is over. */
  | { type: 'unwantedJobEnded'; name: string };
