import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { RunView } from '@trainyard/shared/http/bodies';
import type { Epoch } from '@trainyard/shared/runs/records';
import { isTerminal } from '@trainyard/shared/runs/status';
import { reads } from '../../api/reads.js';
import { trainingSecondsLeft } from '../../figures/runProgress.js';
import { duration, rangeIn } from '../../figures/times.js';
import { useMayI } from '../../signIn/useMayI.js';

/** How long a run goes on: by the epochs so far, and before the first by the estimate. */
export function TimeLeft({ run, epochs, now }: { run: RunView; epochs: readonly Epoch[]; now: number }) {
  const left = trainingSecondsLeft(run, epochs, now);
  const isWaiting = !isTerminal(run.status) && run.status !== 'cancelling' && epochs.length === 0;
  // The estimate is asked for as a training is.
  const mayAsk = useMayI()('trainer');
  const asked = useQuery({ ...reads.estimate(run), enabled: isWaiting && mayAsk });
  if (left !== undefined)
    return (
      <Text size="sm" title="By the newest epochs. Early stopping may end it sooner; evaluation follows.">
        about {duration(left)} of training left
      </Text>
    );
  const tiers = asked.data?.estimate.tiers ?? [];
  const expected = (tiers.find(({ tier }) => tier === run.job?.tier) ?? tiers[0])?.seconds ?? null;
  if (!isWaiting || expected === null) return null;
  return (
    <Text size="sm" title={asked.data?.estimate.notes.join('; ')}>
      expected to take {rangeIn(expected, duration)}
    </Text>
  );
}
