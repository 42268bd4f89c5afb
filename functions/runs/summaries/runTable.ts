/** The runs of a model as a table: rows of the columns that were asked for, any part of them, of their summaries alone. */
import { MOST_COLUMNS, resultMetrics, runName, type ModelDocument, type RunTable } from '@trainyard/shared';
import { DomainError } from '../../errors/domainError.js';
import { type ResolvedField, resolveField } from './filter/fields.js';
import { compareKeys, sortKey } from './filter/order.js';
import { resolveAsked, type RunsAsked } from './findRuns.js';
import type { ReadPorts } from './readSummaries.js';
import type { SummaryRow } from './summary.js';

export interface TableAsked extends Pick<RunsAsked, 'filter' | 'orderBy' | 'search'> {
  columns?: string | undefined;
  offset: number;
  limit: number;
  names?: boolean | undefined;
}

/** Of so many of the newest runs it is looked what they have. */
const LOOKED_AT = 200;
/** So many metrics stand in a table that nobody chose the columns of. */
const FIRST_COLUMNS = 6;

/** Fails with `invalid-filter`. */
export async function readRunTable(
  cp: ReadPorts,
  model: Pick<ModelDocument, 'modelId' | 'lastRunNumber'>,
  asked: TableAsked,
): Promise<RunTable> {
  const { rows, predicates, orders, columns: chosen, unsearched } = await resolveAsked(cp, model, asked);
  if (chosen.length > MOST_COLUMNS)
    throw new DomainError(
      'invalid-filter',
      `${chosen.length} columns are asked for, and at most ${MOST_COLUMNS} are given: leave some out.`,
    );
  const columns = asked.columns === undefined ? firstColumns(rows) : chosen;
  const found = rows.filter((row) => predicates.every((holds) => holds(row)));
  const compare = compareKeys(orders);
  const ordered = found
    .map((row) => ({ ...sortKey(row, orders), row }))
    .toSorted(compare)
    .slice(asked.offset, asked.offset + asked.limit);
  return {
    total: found.length,
    offset: asked.offset,
    columns: columns.map((column) => ({ asked: askedBy(column), kind: column.kind, name: column.name })),
    rows: ordered.map(({ row }) => rowWith(model.modelId, row, columns)),
    ...(asked.names === true && { names: namesOf(found.slice(-LOOKED_AT)) }),
    ...(unsearched > 0 && { unsearched }),
  };
}

function rowWith(
  modelId: string,
  row: SummaryRow,
  columns: readonly ResolvedField[],
): RunTable['rows'][number] {
  const { runId, runNumber, title, status, createdAt, startedAt, endedAt, usd, errorCode } = row.fields;
  return {
    runId,
    runNumber,
    name: runName({ modelId, runNumber }),
    title,
    status,
    createdAt,
    startedAt,
    endedAt,
    usd,
    errorCode,
    tags: { ...row.tags },
    values: columns.map(({ valueOf }) => valueOf(row) ?? null),
  };
}

/** The metrics that tables of results show, of the newest runs that have any. */
function firstColumns(rows: readonly SummaryRow[]): ResolvedField[] {
  const names = new Set(
    rows
      .slice(-LOOKED_AT)
      .toReversed()
      .flatMap((row) => row.metricNames()),
  );
  return resultMetrics([...names])
    .slice(0, FIRST_COLUMNS)
    .map((name) => resolveField({ path: [name], at: 0 }));
}

/** By which requests name it. A part that the language does not read as a name stands in quotes. */
function askedBy({ kind, name }: ResolvedField): string {
  if (kind === 'parameter') return ['params', ...name.split('.').map((part) => partOf(part))].join('.');
  if (kind === 'tag') {
    const dot = name.indexOf('.');
    return `${name.slice(0, dot)}.${partOf(name.slice(dot + 1))}`;
  }
  return name;
}

function partOf(text: string): string {
  return /^[a-z\d_][a-z\d_-]*$/i.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

function namesOf(rows: readonly SummaryRow[]): string[] {
  const names = new Set<string>();
  for (const row of rows) {
    for (const name of row.metricNames())
      names.add(askedBy(resolveField({ path: ['metrics', name], at: 0 })));
    for (const key of row.parameterNames())
      names.add(askedBy(resolveField({ path: ['params', key], at: 0 })));
    for (const key of Object.keys(row.tags)) names.add(askedBy(resolveField({ path: ['tags', key], at: 0 })));
  }
  return [...names].toSorted();
}
