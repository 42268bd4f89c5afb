import { Alert, Stack, Text } from '@mantine/core';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import type { RunTable } from '@trainyard/shared/http/runTable';
import { useEffect, useRef, useState } from 'react';
import { useAddress } from '../../address/useAddress.js';
import { Gap } from '../../figures/Gap.js';
import { useNow } from '../../figures/useNow.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { mistakeOf, QueryInputs } from './QueryInputs.js';
import { RunTableHead } from './RunTableHead.js';
import { RunTableRow, WaitingRow } from './RunTableRow.js';
import { useRowFocus } from './useRowFocus.js';
import type { Selection } from './useSelection.js';
import { useOpenRuns, useRunTable } from './useRunTable.js';

/** In pixels; the style sheet holds the rows to it. */
const ROW_HEIGHT = 52;
/** Columns before those that are chosen. */
const FIXED_COLUMNS = 6;

/** The columns, filter and order of a table of runs, how many there are, and the table. */
export function RunsTable({ modelId, selection }: { modelId: string; selection: Selection }) {
  const { get } = useAddress();
  const asked = {
    columns: get('columns'),
    filter: get('filter'),
    orderBy: get('orderBy'),
    search: get('search'),
  };
  const [range, setRange] = useState<Range>([0, 0]);
  const found = useRunTable(modelId, asked, range);
  const { table, error } = found;
  return (
    <Stack gap="sm">
      <QueryInputs
        error={error}
        columns={{ shown: (table?.columns ?? []).map((column) => column.asked), names: table?.names ?? [] }}
      />
      {error && !mistakeOf(error) && (
        <Failure what="The runs cannot be read" error={error} retry={found.refetch} />
      )}
      {table?.unsearched !== undefined && (
        <Alert color="yellow">
          {table.unsearched} runs are not searched yet: their summaries are being made.
        </Alert>
      )}
      {!table && error === null && <Loading rows={8} />}
      {table && (
        <Text size="sm" role="status">
          {countOf(table.total, asked)}
        </Text>
      )}
      {table && table.total > 0 && (
        <Rows
          modelId={modelId}
          found={{ ...found, table }}
          asked={JSON.stringify(asked)}
          isNewestFirst={asked.orderBy === ''}
          selection={selection}
          range={range}
          onRange={setRange}
        />
      )}
    </Stack>
  );
}

type Range = readonly [number, number];

interface RowsProps {
  modelId: string;
  found: Pick<ReturnType<typeof useRunTable>, 'isCurrent' | 'rowAt'> & { table: RunTable };
  /** Tells one question from another. */
  asked: string;
  isNewestFirst: boolean;
  selection: Selection;
  /** The first and the last row that are in sight. */
  range: Range;
  onRange: (range: Range) => void;
}

/** Any number of runs: the rows that are in sight are in the document. */
function Rows({ modelId, found, asked, isNewestFirst, selection, range, onRange }: RowsProps) {
  const { total, columns } = found.table;
  const open = useOpenRuns(modelId);
  const now = useNow(open.size > 0);
  const scrolling = useRef<HTMLDivElement>(null);
  const focus = useRowFocus(scrolling);
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scrolling.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    // The row that has the focus stays in the document: it is not lost by scrolling away.
    rangeExtractor: (shown) =>
      [...new Set([...defaultRangeExtractor(shown), ...(focus.index < total ? focus.kept : [])])].toSorted(
        (a, b) => a - b,
      ),
  });
  const [first, last] = [virtual.range?.startIndex ?? 0, virtual.range?.endIndex ?? 0];
  useEffect(() => {
    if (first !== range[0] || last !== range[1]) onRange([first, last]);
  }, [first, last, range, onRange]);
  useSteadyScroll(scrolling, total, isNewestFirst && found.isCurrent, asked);
  const items = virtual.getVirtualItems();
  const width = FIXED_COLUMNS + columns.length;
  return (
    <div
      className="rows"
      ref={scrolling}
      tabIndex={0}
      role="region"
      aria-label="Table of runs"
      aria-busy={!found.isCurrent}
      {...focus.handlers(total, (index) => virtual.scrollToIndex(index))}
    >
      <table className="runTable" aria-rowcount={total + 1}>
        <RunTableHead columns={columns} />
        <tbody>
          {items.flatMap(({ index, start }, i) => {
            const gap = start - (items[i - 1]?.end ?? 0);
            const row = found.rowAt(index);
            return [
              <Gap key={`gap ${index}`} height={gap} width={width} />,
              row ? (
                <RunTableRow
                  key={row.runId}
                  index={index}
                  row={row}
                  columns={columns}
                  open={open.get(row.runId)}
                  now={row.endedAt === null ? now : 0}
                  isSelected={selection.has(row.runId)}
                  onSelect={selection.set}
                />
              ) : (
                <WaitingRow key={`row ${index}`} index={index} width={width} />
              ),
            ];
          })}
          <Gap height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} width={width} />
        </tbody>
      </table>
    </div>
  );
}

function countOf(total: number, { filter, search }: { filter: string; search: string }): string {
  const isNarrowed = filter !== '' || search !== '';
  if (total === 0) return isNarrowed ? 'No run matches the filter.' : 'The model has no run yet.';
  const runs = total === 1 ? '1 run' : `${total.toLocaleString()} runs`;
  return isNarrowed ? `${runs} found` : runs;
}

/** A new order begins at its first row; runs that begin above what is read do not push it away. */
function useSteadyScroll(
  scrolling: React.RefObject<HTMLDivElement | null>,
  total: number,
  growsAbove: boolean,
  asked: string,
) {
  const before = useRef({ total, asked });
  useEffect(() => {
    const element = scrolling.current;
    const { total: had, asked: of } = before.current;
    before.current = { total, asked };
    if (!element) return;
    if (of !== asked) element.scrollTop = 0;
    else if (growsAbove && had > 0 && element.scrollTop > 0) element.scrollTop += (total - had) * ROW_HEIGHT;
  }, [scrolling, total, growsAbove, asked]);
}
