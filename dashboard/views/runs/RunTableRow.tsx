import { Skeleton } from '@mantine/core';
import type { RunView } from '@trainyard/shared/http/bodies';
import type { RunRow, RunTable } from '@trainyard/shared/http/runTable';
import { formatMetric } from '@trainyard/shared/metrics/display';
import { memo } from 'react';
import { Link } from 'wouter';
import { runPlace } from '../../figures/runProgress.js';
import { StatusBadge } from '../../figures/StatusBadge.js';
import { dateTime, duration, secondsBetween } from '../../figures/times.js';
import { usd } from '../../figures/usd.js';

interface Props {
  index: number;
  row: RunRow;
  columns: RunTable['columns'];
  /** The run as it goes on. */
  open: RunView | undefined;
  now: number;
  isSelected: boolean;
  onSelect: (runId: string, isSelected: boolean) => void;
}

/** Of one height, whatever it holds: what does not fit is cut, and stands in the title. */
export const RunTableRow = memo(function RunTableRow({
  index,
  row,
  columns,
  open,
  now,
  isSelected,
  onSelect,
}: Props) {
  const { runId, name, title, createdAt, startedAt, endedAt, values } = row;
  const place = open ? runPlace(open) : row.errorCode;
  const cost = open?.cost?.usd ?? row.usd;
  return (
    <tr aria-rowindex={index + 2} data-index={index}>
      <td>
        <input
          type="checkbox"
          aria-label={`Compare ${name}`}
          checked={isSelected}
          onChange={({ currentTarget }) => onSelect(runId, currentTarget.checked)}
        />
      </td>
      <td className="cut">
        <Link href={`/runs/${runId}`} className="plainLink">
          {name}
        </Link>
        {title !== name && (
          <span className="note line cut" title={title}>
            {title}
          </span>
        )}
      </td>
      <td className="cut">
        <StatusBadge status={open?.status ?? row.status} />
        {place && <span className="note line cut">{place}</span>}
      </td>
      <td>{dateTime(createdAt)}</td>
      <td className="tabular">{startedAt ? duration(secondsBetween(startedAt, endedAt, now)) : '–'}</td>
      <td className="tabular">{cost === null ? '–' : usd(cost)}</td>
      {columns.map((column, i) => (
        <Value key={`${i} ${column.asked}`} column={column} value={values[i] ?? null} />
      ))}
    </tr>
  );
});

function Value({
  column: { kind, name },
  value,
}: {
  column: RunTable['columns'][number];
  value: RunRow['values'][number];
}) {
  if (value === null) return <td className={kind === 'metric' ? 'tabular' : undefined}>–</td>;
  if (kind === 'metric' && typeof value === 'number')
    return <td className="tabular">{formatMetric(name, value)}</td>;
  const text = String(value);
  return (
    <td className={typeof value === 'number' ? 'tabular' : 'cut'} title={text}>
      {text}
    </td>
  );
}

/** A row that is on its way. */
export function WaitingRow({ index, width }: { index: number; width: number }) {
  return (
    <tr aria-rowindex={index + 2} data-index={index} aria-busy>
      <td colSpan={width}>
        <Skeleton height={16} animate={false} />
      </td>
    </tr>
  );
}
