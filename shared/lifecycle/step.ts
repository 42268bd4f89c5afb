/** What an event makes of a run: the parts that the steps of the state machine are put together from. */
import type { RunEventType } from '../events/event.js';
import type { Job } from './lifecycleEvent.js';
import type { Run } from '../runs/run.js';

export interface Transition {
  /** The run after the event; the very same object when nothing changed. */
  run: Run;
  /** What to tell the world, in order. */
  publish: { type: RunEventType; detail: Record<string, unknown> }[];
  /** A job that nobody wants any more: to be cancelled after the write. */
  stopJob: Job | null;
}

/** The changes that one event makes, before cost and budget are looked at; a field that is left out stays as it is. */
export type Step = { changes: Partial<Run>; publish?: Transition['publish']; stopJob?: Job | null };

/** The event leaves the run as it is. */
export const NOTHING: Step = { changes: {} };

/** A run that is pending again wants a machine again. */
export const REQUESTED: Transition['publish'] = [{ type: 'run.requested', detail: {} }];
