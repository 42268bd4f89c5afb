import { Button, Group, SegmentedControl, Select, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useAddress } from '../../address/useAddress.js';
import { reads } from '../../api/reads.js';
import { Offered } from '../../signIn/Offered.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { RunCards } from './RunCards.js';
import { RunsTable } from './RunsTable.js';
import { SettledInput } from './SettledInput.js';
import { useSelection } from './useSelection.js';

/** The runs of a model, newest first or in the order that is asked for. What is chosen stands in the address. */
export default function RunsView() {
  const models = useQuery(reads.models);
  const address = useAddress();
  const selection = useSelection();
  if (models.isPending) return <Loading />;
  if (models.isError)
    return (
      <Failure what="The models cannot be read" error={models.error} retry={() => void models.refetch()} />
    );
  const ids = models.data.models.map(({ modelId, name }) => ({ value: modelId, label: name }));
  const modelId = address.get('model') || ids[0]?.value;
  const shows = address.get('view') === 'cards' ? 'cards' : 'table';
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1} size="h2">
          Runs
        </Title>
        <Actions modelId={modelId ?? ''} selected={selection.ids} onNone={selection.clear} />
      </Group>
      <Group align="end">
        <Select
          label="Model"
          data={ids}
          value={modelId ?? null}
          onChange={(id) =>
            address.set({ model: id ?? '', filter: '', orderBy: '', search: '', columns: '' })
          }
          searchable
          allowDeselect={false}
        />
        <SettledInput
          key={modelId}
          label="Search"
          placeholder="name, title, author, tag"
          value={address.get('search')}
          onChange={(search) => address.set({ search })}
        />
        <SegmentedControl
          aria-label="Shown as"
          data={[
            { value: 'table', label: 'Table' },
            { value: 'cards', label: 'Cards' },
          ]}
          value={shows}
          onChange={(view) => address.set({ view: view === 'cards' ? view : '' })}
        />
      </Group>
      {modelId === undefined ? null : shows === 'cards' ? (
        <RunCards key={modelId} modelId={modelId} selection={selection} />
      ) : (
        <RunsTable key={modelId} modelId={modelId} selection={selection} />
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
      <Offered to="trainer">
        <Button component={Link} href={`/new?model=${encodeURIComponent(modelId)}`}>
          New training
        </Button>
      </Offered>
    </Group>
  );
}
