import type { EventType } from '@trainyard/shared';

/** The functions that hear of events, and of which: their subscriptions are filtered so, wherever they are deployed. */
export const SUBSCRIPTIONS = {
  dispatch: ['run.requested'],
  notify: ['run.completed', 'run.failed', 'run.cancelled', 'budget.reached'],
} as const satisfies Record<string, readonly EventType[]>;
export type SubscribedFunction = keyof typeof SUBSCRIPTIONS;
export const SUBSCRIBED_FUNCTIONS = Object.keys(SUBSCRIPTIONS) as SubscribedFunction[];
