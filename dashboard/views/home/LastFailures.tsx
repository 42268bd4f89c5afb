import { Stack, Text, Title } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { reads } from '../../api/reads.js';
import { RunLink } from '../../figures/RunLink.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { dateTime } from '../../figures/times.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';

/** So many are shown, and so many models are looked at, those that were started last. */
const MOST_FAILURES = 5;
const MOST_MODELS = 10;

/** The runs that failed last, with why and what to do. `ended` changes when a run ends. */
export function LastFailures({ ended }: { ended: number }) {
  const models = useQuery(reads.models);
  const all = models.data?.models ?? [];
  const looked = all
    .toSorted((a, b) => (b.lastStartedAt ?? '').localeCompare(a.lastStartedAt ?? ''))
    .slice(0, MOST_MODELS);
  const found = useQueries({ queries: looked.map(({ modelId }) => reads.failures(modelId, ended)) });
  const broken = models.error ?? found.find(({ error }) => error !== null)?.error;
  const failures = found
    .flatMap(({ data }) => data?.runs ?? [])
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    .slice(0, MOST_FAILURES);
  const isPending = models.isPending || found.some((one) => one.isPending);
  return (
    <Stack gap="xs" component="section" aria-labelledby="failures">
      <Title order={2} size="h4" id="failures">
        Last failures
      </Title>
      {broken && <Failure what="The runs that failed cannot be read" error={broken} />}
      {!broken && isPending && <Loading rows={2} />}
      {!broken && !isPending && failures.length === 0 && <Text c="dimmed">No run has failed.</Text>}
      {failures.length > 0 && (
        <ScrollingTable minWidth={640}>
          <thead>
            <tr>
              <th>Run</th>
              <th>Requested</th>
              <th>Why</th>
              <th>What to do</th>
            </tr>
          </thead>
          <tbody>
            {failures.map((run) => (
              <tr key={run.runId}>
                <td>
                  <RunLink run={run} />
                </td>
                <td className="nowrap">{dateTime(run.createdAt)}</td>
                <td>
                  <span className="breaks clamped" title={run.error?.message}>
                    {run.error ? `${run.error.stage ?? 'start'}: ${run.error.message}` : '–'}
                  </span>
                </td>
                <td className="breaks">{run.error?.remedy ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </ScrollingTable>
      )}
      {all.length > looked.length && (
        <Text size="sm" c="dimmed">
          Of the {MOST_MODELS} models that were started last.
        </Text>
      )}
    </Stack>
  );
}
