import { Alert, Badge, Button, Card, Checkbox, Group, Progress, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { RunView } from '@trainyard/shared/http/bodies';
import { leadingMetric } from '@trainyard/shared/metrics/columns';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import { isTerminal } from '@trainyard/shared/runs/status';
import { measuredModel } from '@trainyard/shared/spec/evaluation/measuredModel';
import { Link } from 'wouter';
import { useAddress } from '../../address/useAddress.js';
import { reads } from '../../api/reads.js';
import { runPlace, runProgress } from '../../figures/runProgress.js';
import { RunLink } from '../../figures/RunLink.js';
import { ShowMore } from '../../figures/ShowMore.js';
import { StatusBadge } from '../../figures/StatusBadge.js';
import { ago, dateTime, duration, secondsBetween } from '../../figures/times.js';
import { usd } from '../../figures/usd.js';
import { useNow } from '../../figures/useNow.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { mistakeOf, QueryInputs } from './QueryInputs.js';
import type { Selection } from './useSelection.js';
import { useOpenRuns } from './useRunTable.js';

/** A card for each run, with what matters of its state: how far it is, what it is worth, or why it failed. */
export function RunCards({ modelId, selection }: { modelId: string; selection: Selection }) {
  const { get } = useAddress();
  const [filter, search] = [get('filter'), get('search')];
  const pages = useInfiniteQuery(reads.runs(modelId, filter, get('orderBy'), search));
  const open = useOpenRuns(modelId);
  const now = useNow(open.size > 0);
  const runs = (pages.data?.pages ?? []).flatMap((page) => page.runs);
  const unsearched = pages.data?.pages[0]?.unsearched;
  return (
    <Stack gap="sm">
      <QueryInputs error={pages.error} />
      {pages.isPending && <Loading rows={8} />}
      {pages.error && !mistakeOf(pages.error) && (
        <Failure what="The runs cannot be read" error={pages.error} retry={() => void pages.refetch()} />
      )}
      {unsearched !== undefined && (
        <Alert color="yellow">{unsearched} runs are not searched yet: their summaries are being made.</Alert>
      )}
      {pages.isSuccess && runs.length === 0 && (
        <Text c="dimmed">
          {filter !== '' || search !== '' ? 'No run matches the filter.' : 'The model has no run yet.'}
        </Text>
      )}
      <div className="cards">
        {runs.map((run) => (
          <RunCard
            key={run.runId}
            run={open.get(run.runId) ?? run}
            now={now}
            isSelected={selection.has(run.runId)}
            onSelect={(isSelected) => selection.set(run.runId, isSelected)}
          />
        ))}
      </div>
      <ShowMore pages={pages} />
    </Stack>
  );
}

interface CardProps {
  run: RunView;
  now: number;
  isSelected: boolean;
  onSelect: (isSelected: boolean) => void;
}

function RunCard({ run, now, isSelected, onSelect }: CardProps) {
  const isOver = isTerminal(run.status);
  return (
    <Card withBorder component="article" aria-label={run.name}>
      <Stack gap="xs" h="100%" justify="space-between">
        <Stack gap="xs">
          <Group justify="space-between" wrap="nowrap" align="start">
            <div>
              <RunLink run={run} />
            </div>
            <StatusBadge status={run.status} />
          </Group>
          <Text size="sm" className="breaks">
            {datasetOf(run)} · {towersOf(run)}
          </Text>
          {run.error ? (
            <Text size="sm" className="breaks">
              <b>{run.error.stage ?? 'start'}</b>: {run.error.message}
            </Text>
          ) : isOver ? (
            <Worth run={run} />
          ) : (
            <UnderWay run={run} now={now} />
          )}
          <Group gap="xs">
            {Object.entries(run.spec.tags).map(([key, value]) => (
              <Badge key={key} variant="default" tt="none">
                {value === '' ? key : `${key}=${value}`}
              </Badge>
            ))}
          </Group>
        </Stack>
        <Group justify="space-between">
          <Checkbox
            label="Compare"
            aria-label={`Compare ${run.name}`}
            checked={isSelected}
            onChange={({ currentTarget }) => onSelect(currentTarget.checked)}
          />
          <Button
            component={Link}
            href={run.error ? `/runs/${run.runId}?log=shown` : `/runs/${run.runId}`}
            size="xs"
            variant="default"
          >
            {run.error ? 'View log' : isOver ? 'View results' : 'View progress'}
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}

function UnderWay({ run, now }: { run: RunView; now: number }) {
  return (
    <Stack gap={4}>
      <Text size="sm" title={dateTime(run.startedAt ?? run.createdAt)}>
        {run.startedAt ? `started ${ago(run.startedAt, now)}` : `requested ${ago(run.createdAt, now)}`}
        {runPlace(run) === '' ? '' : `, ${runPlace(run)}`}
      </Text>
      <Progress.Root>
        <Progress.Section value={100 * runProgress(run)} aria-label={`How far ${run.name} is`} />
      </Progress.Root>
    </Stack>
  );
}

function Worth({ run }: { run: RunView }) {
  const metric = leadingMetric(measuredModel(run.spec), 'test');
  const value = metric === undefined ? undefined : run.result?.metrics[metric];
  const told = [
    ...(run.startedAt && run.endedAt ? [duration(secondsBetween(run.startedAt, run.endedAt, 0))] : []),
    ...(run.cost ? [usd(run.cost.usd)] : []),
    ...(metric !== undefined && value !== undefined
      ? [`${metricTitle(metric, 'test')} ${formatMetric(metric, value)}`]
      : []),
  ];
  return <Text size="sm">{told.join(' · ')}</Text>;
}

function datasetOf({ systemTags, spec: { dataset } }: RunView): string {
  return systemTags['dataset_version'] ?? dataset.source.uri ?? 'BigQuery';
}

/** `user, country | product, title`. */
function towersOf({ spec: { features } }: RunView): string {
  return [features.query, features.candidate]
    .map((tower) =>
      tower.map((feature) => ('column' in feature ? feature.column : feature.transform)).join(', '),
    )
    .join(' | ');
}
