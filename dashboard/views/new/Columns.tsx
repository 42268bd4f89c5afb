import { Button, Group, Stack, Text } from '@mantine/core';
import type { ColumnProfile, Profile } from '@trainyard/shared/profile/profile';
import { percent } from '@trainyard/shared/page/words';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { whole } from '../../figures/whole.js';
import { valueAt } from '../../form/paths.js';
import { DRAGGED_COLUMN } from './ColumnDrop.js';
import { TOWERS, usePutColumn, type Tower } from './usePutColumn.js';

/** The columns of the data, to be put into a tower by a press, or by dragging their row there. */
export default function Columns({ profile }: { profile: Profile }) {
  const { featuresOf, put } = usePutColumn();
  return (
    <ScrollingTable minWidth={380} maxHeight={352} stickyHeader>
      <thead>
        <tr>
          <th>Column</th>
          <th className="tabular">Values</th>
          <th className="tabular">Empty</th>
          <th>Into the tower</th>
        </tr>
      </thead>
      <tbody>
        {profile.columns.map((column) => (
          <tr
            key={column.name}
            className="dragged"
            draggable
            onDragStart={({ dataTransfer }) => {
              dataTransfer.setData(DRAGGED_COLUMN, column.name);
              dataTransfer.effectAllowed = 'copy';
            }}
          >
            <td>
              <Name column={column} />
            </td>
            <td className="tabular">
              {column.distinctIsExact ? '' : '≈ '}
              {whole(column.distinct)}
            </td>
            <td className="tabular">{column.nulls === 0 ? '–' : percent(column.nullShare)}</td>
            <td>
              <Group gap={4} wrap="nowrap">
                {TOWERS.map((tower) => (
                  <Put
                    key={tower}
                    tower={tower}
                    name={column.name}
                    isIn={featuresOf(tower).some((one) => usesColumn(one, column.name))}
                    onPut={() => put(tower, column)}
                  />
                ))}
              </Group>
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  );
}

function usesColumn(feature: unknown, name: string): boolean {
  const columns = valueAt(feature, ['columns']);
  return valueAt(feature, ['column']) === name || (Array.isArray(columns) && columns.includes(name));
}

const EXAMPLES = 3;

function Name({ column: { name, kind, type, top } }: { column: ColumnProfile }) {
  const examples = top.slice(0, EXAMPLES).map(({ value }) => value);
  return (
    <Stack gap={0}>
      <Text size="sm" fw={600} className="breaks">
        {name}
      </Text>
      <Text size="xs" c="dimmed" className="breaks">
        {kind}, {type}
        {examples.length > 0 && `: ${examples.join(', ')}`}
      </Text>
    </Stack>
  );
}

interface PutProps {
  tower: Tower;
  name: string;
  isIn: boolean;
  onPut: () => void;
}

/** A column may stand twice, in another transform; that it is there already is said. */
function Put({ tower, name, isIn, onPut }: PutProps) {
  return (
    <Button
      size="compact-xs"
      variant={isIn ? 'light' : 'default'}
      aria-label={`${name} into the ${tower} tower${isIn ? ', where it is already' : ''}`}
      onClick={onPut}
    >
      {isIn ? '✓ ' : ''}
      {tower}
    </Button>
  );
}
