import { Alert, Button, Group, List, NativeSelect, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { RunComparison } from '@trainyard/shared/comparison/runComparison';
import { useDeferredValue, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { useAddress } from '../../address/useAddress.js';
import { reads } from '../../api/reads.js';
import { thingsOf } from '../../feed/feed.js';
import { useTopic } from '../../feed/useFeed.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { beginCurves, ComparedCurves } from './ComparedCurves.js';
import { ComparedRuns } from './ComparedRuns.js';
import { Differences } from './Differences.js';
import { MetricTable } from './MetricTable.js';

/** Runs beside each other: which, and which of them the others are held against, stands in the address. */
export default function CompareView() {
  const address = useAddress();
  const runs = address.get('runs');
  const baseline = address.get('baseline');
  const isEnough = runs.split(',').length > 1;
  const comparison = useQuery({ ...reads.comparison(runs, baseline), enabled: isEnough });
  useNews(runs);
  useEffect(() => {
    if (isEnough) void beginCurves();
  }, [isEnough]);
  return (
    <Stack gap="lg">
      <Title order={1} size="h2">
        Compare runs
      </Title>
      {!isEnough ? (
        <Text>
          Choose two runs or more on the{' '}
          <Link href="/runs" className="plainLink">
            list of runs
          </Link>
          , then press Compare there.
        </Text>
      ) : comparison.isPending ? (
        <Loading rows={8} />
      ) : comparison.isError ? (
        <Failure
          what="The runs cannot be compared"
          error={comparison.error}
          retry={() => void comparison.refetch()}
        />
      ) : (
        <Comparison comparison={comparison.data} onBaseline={(runId) => address.set({ baseline: runId })} />
      )}
    </Stack>
  );
}

/** Reads the comparison again when one of its runs begins another epoch or ends. */
function useNews(runs: string): void {
  const queryClient = useQueryClient();
  const news = thingsOf(useTopic('runs'), 'run')
    .filter(({ runId, name }) => runs.includes(runId) || runs.split(',').includes(name))
    .map(({ runId, status, currentEpoch }) => `${runId} ${status} ${currentEpoch}`)
    .join(',');
  useEffect(
    () => void queryClient.invalidateQueries({ queryKey: ['comparison', runs] }),
    [news, runs, queryClient],
  );
}

function Comparison({
  comparison,
  onBaseline,
}: {
  comparison: RunComparison;
  onBaseline: (runId: string) => void;
}) {
  const { runs, baselineRunId } = comparison;
  // A hundred runs have tables of thousands of cells: what stands above them does not wait until they are laid out.
  const areTablesDue = useDeferredValue(true, false);
  return (
    <>
      <Group>
        <NativeSelect
          label="Baseline"
          description="What the others are held against."
          data={runs.map(({ runId, name }) => ({ value: runId, label: name }))}
          value={baselineRunId}
          onChange={({ currentTarget }) => onBaseline(currentTarget.value)}
        />
      </Group>
      <Comparability comparison={comparison} />
      <ComparedRuns comparison={comparison} />
      <ComparedCurves comparison={comparison} />
      {areTablesDue && (
        <>
          <MetricTable comparison={comparison} />
          <Differences title="Specification" runs={runs} differences={comparison.specification} />
          <Differences title="Data" runs={runs} differences={comparison.data} />
          <Differences title="Environment" runs={runs} differences={comparison.environment} />
          <Differences title="Code" runs={runs} differences={comparison.code} />
        </>
      )}
    </>
  );
}

const VERDICTS = {
  comparable: undefined,
  notComparable: { color: 'red', title: 'The figures may not be compared' },
  unknown: { color: 'yellow', title: 'It is not known whether the figures may be compared' },
} as const;

function Comparability({ comparison: { comparability, notes } }: { comparison: RunComparison }) {
  const told = VERDICTS[comparability.verdict];
  return (
    <>
      {told && (
        <Alert color={told.color} title={told.title}>
          {comparability.reasons.map((reason) => (
            <Text key={reason} size="sm" className="breaks">
              {reason}
            </Text>
          ))}
        </Alert>
      )}
      {notes.length > 0 && <Notes notes={notes} />}
    </>
  );
}

/** Of a hundred runs there may be as many: they must not push all else out of sight. */
const NOTES_IN_SIGHT = 3;

function Notes({ notes }: { notes: readonly string[] }) {
  const [isShown, setShown] = useState(false);
  const hidden = notes.length - NOTES_IN_SIGHT;
  return (
    <Stack gap="xs" align="start">
      <List size="sm">
        {(isShown ? notes : notes.slice(0, NOTES_IN_SIGHT)).map((note) => (
          <List.Item key={note} className="breaks">
            {note}
          </List.Item>
        ))}
      </List>
      {hidden > 0 && (
        <Button size="xs" variant="default" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
          {isShown ? 'Show fewer notes' : hidden === 1 ? 'Show one more note' : `Show ${hidden} more notes`}
        </Button>
      )}
    </Stack>
  );
}
