import type { EventType } from '@trainyard/shared';
import type { Config } from '../config.js';

/** The functions that hear of events, and of which: their subscriptions are filtered so, wherever they are deployed. */
export const SUBSCRIPTIONS = {
  /** The end of a run may let another one begin. */
  dispatch: ['run.requested', 'run.completed', 'run.failed', 'run.cancelled'],
  sweeps: [
    'sweep.created',
    'sweep.resumed',
    'sweep.extended',
    'sweep.trial.added',
    'sweep.cancel.requested',
    'run.epoch.completed',
    'run.completed',
    'run.failed',
    'run.cancelled',
  ],
  /** Where an MLflow server is configured, and nowhere else. */
  mlflow: [
    'run.started',
    'run.epoch.completed',
    'run.completed',
    'run.failed',
    'run.cancelled',
    'run.tracking.due',
    'model.version.registered',
    'sweep.extended',
    'sweep.completed',
    'sweep.cancelled',
    'sweep.tracking.due',
  ],
  notify: [
    'run.completed',
    'run.failed',
    'run.cancelled',
    'budget.reached',
    'sweep.completed',
    'sweep.cancelled',
  ],
  summaries: ['run.requested', 'run.completed', 'run.failed', 'run.cancelled'],
} as const satisfies Record<string, readonly EventType[]>;
/**
 * Filters of Pub/Sub have 256 bytes at most, which the types of some would exceed: what they hear of has an attribute that hardly anything
 * else has, and they pass over the types that they do not want.
 */
export const FILTERED_BY: Readonly<Record<string, string>> = { sweeps: 'sweepId', mlflow: 'modelId' };
export type SubscribedFunction = keyof typeof SUBSCRIPTIONS;
const SUBSCRIBED_FUNCTIONS = Object.keys(SUBSCRIPTIONS) as SubscribedFunction[];

/** Whether a function has anything to do in a deployment. */
const HAS_WORK: Readonly<Partial<Record<SubscribedFunction, (config: Pick<Config, 'mlflow'>) => boolean>>> = {
  mlflow: ({ mlflow }) => mlflow !== null,
};

/** The functions that hear of events in a deployment, and those that have nothing to do in it. */
export function subscribedFunctions(config: Pick<Config, 'mlflow'>): {
  subscribed: SubscribedFunction[];
  idle: SubscribedFunction[];
} {
  const hasWork = (name: SubscribedFunction) => HAS_WORK[name]?.(config) ?? true;
  return {
    subscribed: SUBSCRIBED_FUNCTIONS.filter(hasWork),
    idle: SUBSCRIBED_FUNCTIONS.filter((name) => !hasWork(name)),
  };
}
