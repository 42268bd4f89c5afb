import { Button, Group, Select, Stack, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ComponentProps } from 'react';
import { Link } from 'wouter';
import { useAddress } from '../../address/useAddress.js';
import { reads } from '../../api/reads.js';
import { thingsOf } from '../../feed/feed.js';
import { useTopic } from '../../feed/useFeed.js';
import { ShowMore } from '../../figures/ShowMore.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { RunsTable } from './RunsTable.js';

/** A filter is asked for when its writer pauses. */
const TYPING_MS = 300;

/** The runs of a model, newest first or in the order that is asked for. What is chosen stands in the address. */
export default function RunsView() {
  const models = useQuery(reads.models);
  const address = useAddress();
  if (models.isPending) return <Loading />;
  if (models.isError)
    return (
      <Failure what="The models cannot be read" error={models.error} retry={() => void models.refetch()} />
    );
  const ids = models.data.models.map(({ modelId, name }) => ({ value: modelId, label: name }));
  const modelId = address.get('model') || ids[0]?.value;
  const selected = address
    .get('selected')
    .split(',')
    .filter((id) => id !== '');
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1} size="h2">
          Runs
        </Title>
        <Actions modelId={modelId ?? ''} selected={selected} onNone={() => address.set({ selected: '' })} />
      </Group>
      <Group align="end">
        <Select
          label="Model"
          data={ids}
          value={modelId ?? null}
          onChange={(id) => address.set({ model: id ?? '' })}
          searchable
          allowDeselect={false}
        />
        <FilterInput
          key={modelId}
          value={address.get('filter')}
          onChange={(filter) => address.set({ filter })}
        />
      </Group>
      {modelId === undefined ? null : (
        <RunsOfModel
          modelId={modelId}
          filter={address.get('filter')}
          orderBy={address.get('orderBy')}
          selected={selected}
          onSelect={(runId, isSelected) => {
            const others = selected.filter((id) => id !== runId);
            address.set({ selected: (isSelected ? [...others, runId] : others).join(',') });
          }}
        />
      )}
    </Stack>
  );
}

interface ActionsProps {
  modelId: string;
  selected: readonly string[];
  onNone: () => void;
}

function Actions({ modelId, selected, onNone }: ActionsProps) {
  return (
    <Group gap="xs">
      {selected.length > 0 && (
        <Button variant="default" onClick={onNone}>
          Select none
        </Button>
      )}
      {selected.length > 1 && (
        <Button component={Link} href={`/compare?runs=${selected.join(',')}`} variant="default">
          Compare {selected.length} runs
        </Button>
      )}
      <Button component={Link} href={`/new?model=${encodeURIComponent(modelId)}`}>
        New training
      </Button>
    </Group>
  );
}

function FilterInput({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  const [settled] = useDebouncedValue(text, TYPING_MS);
  useEffect(() => {
    if (settled !== value) onChange(settled);
    // Only what was typed is handed on: a change of the address by others is not typed back.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [settled]);
  return (
    <TextInput
      label="Filter"
      placeholder="test_recall_at_10 > 0.2 and params.training.batchSize = 8192"
      value={text}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      style={{ flexGrow: 1 }}
      spellCheck={false}
    />
  );
}

interface RunsOfModelProps extends Pick<ComponentProps<typeof RunsTable>, 'selected' | 'onSelect'> {
  modelId: string;
  filter: string;
  orderBy: string;
}

function RunsOfModel({ modelId, filter, orderBy, selected, onSelect }: RunsOfModelProps) {
  const pages = useInfiniteQuery(reads.runs(modelId, filter, orderBy));
  const live = thingsOf(useTopic('runs'), 'run').filter((run) => run.modelId === modelId);
  const queryClient = useQueryClient();
  const news = live.map(({ runId, status }) => `${runId} ${status}`).join(',');
  // A run that begins or ends changes what the list holds; how far one is comes from the feed alone.
  useEffect(
    () => void queryClient.invalidateQueries({ queryKey: ['runs', modelId] }),
    [news, queryClient, modelId],
  );
  if (pages.isPending) return <Loading rows={8} />;
  if (pages.isError)
    return <Failure what="The runs cannot be read" error={pages.error} retry={() => void pages.refetch()} />;
  const newest = new Map(live.map((run) => [run.runId, run]));
  const runs = pages.data.pages.flatMap((page) => page.runs).map((run) => newest.get(run.runId) ?? run);
  return (
    <Stack gap="sm">
      <RunsTable
        runs={runs}
        unsearched={pages.data.pages[0]?.unsearched ?? 0}
        isFiltered={filter !== ''}
        selected={selected}
        onSelect={onSelect}
      />
      <ShowMore pages={pages} />
    </Stack>
  );
}
