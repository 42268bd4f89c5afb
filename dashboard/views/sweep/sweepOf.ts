import { sweepViewOf } from '@trainyard/shared/sweeps/soFar';
import type { SweepView } from '@trainyard/shared/sweeps/view';
import { thingsOf, type TopicState } from '../../feed/feed.js';

/** A sweep as it is shown, of the parts that its topic tells; undefined where it is gone. */
export function sweepOf(topic: TopicState): SweepView | undefined {
  const [sweep] = thingsOf(topic, 'sweep');
  return (
    sweep &&
    sweepViewOf(sweep, {
      end: thingsOf(topic, 'end').find(({ round }) => round === sweep.round),
      trials: thingsOf(topic, 'trial').toSorted((a, b) => a.number - b.number),
      queue: thingsOf(topic, 'queued').toSorted((a, b) => a.number - b.number),
      finals: thingsOf(topic, 'final').toSorted((a, b) => a.at.localeCompare(b.at)),
    })
  );
}
