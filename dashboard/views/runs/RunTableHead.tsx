import { isLowerBetter } from '@trainyard/shared/metrics/direction';
import { metricTitle } from '@trainyard/shared/metrics/display';
import type { RunTable } from '@trainyard/shared/http/runTable';
import { useAddress } from '../../address/useAddress.js';

type Column = RunTable['columns'][number];

const FIXED: readonly (Column & { title: string; isNumber?: boolean })[] = [
  { asked: 'runNumber', kind: 'field', name: 'runNumber', title: 'Run' },
  { asked: 'status', kind: 'field', name: 'status', title: 'Status' },
  { asked: 'createdAt', kind: 'field', name: 'createdAt', title: 'Requested' },
  { asked: 'seconds', kind: 'field', name: 'seconds', title: 'Duration', isNumber: true },
  { asked: 'usd', kind: 'field', name: 'usd', title: 'Cost', isNumber: true },
];

/** Each column orders the runs by it: the best or the least first, then the other way, then not at all. */
export function RunTableHead({ columns }: { columns: readonly Column[] }) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col">Compare</th>
        {FIXED.map((column) => (
          <OrderingHead key={column.asked} {...column} isNumber={column.isNumber ?? false} />
        ))}
        {columns.map((column, i) => (
          <OrderingHead
            key={`${i} ${column.asked}`}
            {...column}
            title={titleOf(column)}
            isNumber={column.kind === 'metric'}
          />
        ))}
      </tr>
    </thead>
  );
}

function titleOf({ kind, name }: Column): string {
  return kind === 'metric' ? metricTitle(name) : name;
}

function OrderingHead({ asked, kind, name, title, isNumber }: Column & { title: string; isNumber: boolean }) {
  const { get, set } = useAddress();
  // What is asked for without a direction: the best of a metric first, and the least of all else.
  const isDescending = kind === 'metric' && !isLowerBetter(name);
  const other = `${asked} ${isDescending ? 'asc' : 'desc'}`;
  const orderBy = get('orderBy').trim();
  const isOrdered = orderBy === asked || orderBy === other;
  const goesDown = isOrdered && (orderBy === asked) === isDescending;
  const next = orderBy === asked ? other : orderBy === other ? '' : asked;
  return (
    <th
      scope="col"
      className={isNumber ? 'tabular' : undefined}
      aria-sort={!isOrdered ? 'none' : goesDown ? 'descending' : 'ascending'}
    >
      <button type="button" className="ordering" title={name} onClick={() => set({ orderBy: next })}>
        {title}
        <span aria-hidden>{!isOrdered ? '' : goesDown ? ' ↓' : ' ↑'}</span>
      </button>
    </th>
  );
}
