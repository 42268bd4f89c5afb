import { Card, Group, Progress, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { RunView } from '@trainyard/shared/http/bodies';
import { isTerminal } from '@trainyard/shared/runs/status';
import { Link } from 'wouter';
import { runPlace, runProgress } from '../../figures/runProgress.js';
import { StatusBadge } from '../../figures/StatusBadge.js';
import { duration, secondsBetween } from '../../figures/times.js';
import { useNow } from '../../figures/useNow.js';

/** The runs that are not over, and those that ended while the page was open. */
export function RunningNow({ runs, isReady }: { runs: readonly RunView[]; isReady: boolean }) {
  const open = runs.filter(({ status }) => !isTerminal(status));
  const now = useNow(open.length > 0);
  const ordered = runs.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  return (
    <Stack gap="xs" component="section" aria-labelledby="running">
      <Title order={2} size="h4" id="running">
        Running now
      </Title>
      {!isReady && <Skeleton height={72} />}
      {isReady && open.length === 0 && <Text c="dimmed">Nothing runs at the moment.</Text>}
      <div className="cards">
        {ordered.map((run) => (
          <Card key={run.runId} withBorder padding="sm">
            <Group justify="space-between" wrap="nowrap">
              <Link href={`/runs/${run.runId}`} className="plainLink breaks">
                {run.name}
              </Link>
              <StatusBadge status={run.status} />
            </Group>
            <Text size="sm" c="dimmed" className="breaks">
              {run.error ? run.error.message : runPlace(run) || run.title}
            </Text>
            <Progress mt="xs" value={100 * runProgress(run)} aria-label={`How far ${run.name} is`} />
            <Text size="xs" c="dimmed" mt={4}>
              {duration(secondsBetween(run.startedAt ?? run.createdAt, run.endedAt, now))}
            </Text>
          </Card>
        ))}
      </div>
    </Stack>
  );
}
