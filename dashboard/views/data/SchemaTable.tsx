import { figure } from '@trainyard/shared/page/words';
import type { DatasetSchema } from '@trainyard/shared/profile/datasetSchema';
import { Part } from '../../figures/Part.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';

/** More are in the file. */
const MOST_VALUES = 12;

/** What the columns are, and what they may hold as far as these rows show. */
export function SchemaTable({ schema: { columns } }: { schema: DatasetSchema }) {
  return (
    <Part id="schema" title="Schema">
      <ScrollingTable minWidth={520} maxHeight={480} stickyHeader>
        <thead>
          <tr>
            <th>Column</th>
            <th>Type</th>
            <th>Kind</th>
            <th>Empty values</th>
            <th>Values</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr key={column.name}>
              <td className="named breaks">{column.name}</td>
              <td className="named breaks">{column.type}</td>
              <td>{column.kind}</td>
              <td>{column.nullable ? 'has some' : 'none'}</td>
              <td className="breaks">{valuesOf(column)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollingTable>
    </Part>
  );
}

function valuesOf({ domain, range }: DatasetSchema['columns'][number]): string {
  if (range) return `${figure(range.min)} to ${figure(range.max)}`;
  if (!domain) return '–';
  const shown = domain.slice(0, MOST_VALUES).map((value) => (value === '' ? '(empty)' : value));
  const more = domain.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
