/** What runs of a sweep are told of it when they are started. */
import {
  flattened,
  MOST_CHANGES,
  toldValue,
  type InSweep,
  type Sweep,
  type TrainingSpec,
  type Trial,
} from '@trainyard/shared';
import { differencesOf } from '@trainyard/shared/comparison/differences';
import { bestOf } from '@trainyard/shared/sweeps/soFar';

type Asked = Pick<InSweep, 'role' | 'trial'> & { spec: TrainingSpec };

export function inSweepOf(sweep: Sweep, trials: readonly Trial[], { role, trial, spec }: Asked): InSweep {
  const { sweepId, name, maxTrials, objective } = sweep;
  const best = bestOf(objective, trials);
  const differences = differencesOf([told(sweep.spec), told(spec)]);
  const changes = differences
    .slice(0, MOST_CHANGES)
    .map(({ key, values: [before = null, after = null] }) => ({
      key: key.slice(0, 300),
      before: toldValue(before),
      after: toldValue(after),
    }));
  return {
    sweepId,
    name,
    role,
    trial,
    maxTrials,
    metric: objective.metric,
    results: trials.filter(({ state, value }) => state === 'completed' && value !== null).length,
    best: best && { trial: best.number, value: best.value },
    changes,
    moreChanges: differences.length - changes.length,
  };
}

/** Where a run is trained is no difference of what it learns. */
function told({ compute: _compute, tags: _tags, ...spec }: TrainingSpec) {
  return flattened(spec);
}
