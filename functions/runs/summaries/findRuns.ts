/** Runs of a model by a filter and an order: of their summaries, in memory, so that neither takes an index. */
import {
  digestOf,
  inParallel,
  tagPair,
  type ModelDocument,
  type Run,
  type RunStatus,
} from '@trainyard/shared';
import { z } from 'zod';
import { readRun } from '../repository.js';
import { mistakeIn, resolveField, type ResolvedField } from './filter/fields.js';
import { compileFilter, type FilterNames, type Predicate } from './filter/matches.js';
import { firstInOrder } from './filter/firstInOrder.js';
import { compareKeys, sortKey, type ResolvedOrder, type SortKey } from './filter/order.js';
import {
  invalidFilter,
  parseColumns,
  parseFilter,
  parseOrders,
  type AskedBy,
  type FieldName,
} from './filter/parse.js';
import { readSummaries, type ReadPorts } from './readSummaries.js';
import { searched } from './searched.js';
import { isLeftOut, rowOf, summaryOf, type SummaryRow } from './summary.js';

export interface RunsAsked {
  filter?: string | undefined;
  orderBy?: string | undefined;
  status?: RunStatus | undefined;
  /** `key=value`. */
  tag?: string | undefined;
  /** A text that people call the runs by. */
  search?: string | undefined;
}

/** Where a page ended: of which filter and order, and behind which run. */
export const foundCursorSchema = z.strictObject({
  of: z.string(),
  values: z.array(z.union([z.number(), z.string(), z.boolean(), z.null()])),
  runNumber: z.int(),
});
export type FoundCursor = z.infer<typeof foundCursorSchema>;

export interface FoundRuns {
  runs: Run[];
  next: FoundCursor | null;
  /** So many of the oldest runs have no summary yet, and were not looked at. */
  unsearched: number;
}

const CONCURRENCY = 16;

/** What cursors of the same filter and order have in common. */
export function askedDigest({ filter, orderBy, status, tag, search }: RunsAsked): string {
  return digestOf({ filter, orderBy, status, tag, ...(search !== undefined && { search }) }).slice(
    'sha256:'.length,
    'sha256:'.length + 16,
  );
}

/** Fails with `invalid-filter`. */
export async function findRuns(
  cp: ReadPorts,
  model: Pick<ModelDocument, 'modelId' | 'lastRunNumber'>,
  asked: RunsAsked,
  { after, limit }: { after: FoundCursor | undefined; limit: number },
): Promise<FoundRuns> {
  const { keys, orders, unsearched } = await findKeys(cp, model, asked);
  const compare = compareKeys(orders);
  // One more tells whether there is a next page.
  const behind = after ? behindPlace(keys, after, compare) : keys;
  const first = firstInOrder(behind, compare, limit + 1);
  const page = first.slice(0, limit);
  const runs: (Run | undefined)[] = Array.from({ length: page.length });
  await inParallel([...page.entries()], CONCURRENCY, async ([i, { runId }]) => {
    runs[i] = await readRun(cp.store, runId);
  });
  const last = first.length > limit ? page.at(-1) : undefined;
  return {
    runs: runs.filter((run) => run !== undefined),
    next: last ? cursorAt(asked, last) : null,
    unsearched,
  };
}

function* behindPlace(
  keys: Iterable<FoundKey>,
  after: FoundCursor,
  compare: (a: SortKey, b: SortKey) => number,
): Iterable<FoundKey> {
  for (const key of keys) if (compare(key, after) > 0) yield key;
}

function cursorAt(asked: RunsAsked, { values, runNumber }: SortKey): FoundCursor {
  return { of: askedDigest(asked), values: values.map((value) => value ?? null), runNumber };
}

interface FoundKey extends SortKey {
  runId: string;
}

/** What all that match are ordered by, in no order. Fails with `invalid-filter`. */
async function findKeys(
  cp: ReadPorts,
  model: Pick<ModelDocument, 'modelId' | 'lastRunNumber'>,
  asked: RunsAsked,
): Promise<{ keys: Iterable<FoundKey>; orders: ResolvedOrder[]; unsearched: number }> {
  const { rows, predicates, orders, unsearched } = await resolveAsked(cp, model, asked);
  return { keys: matchingKeys(rows, predicates, orders), orders, unsearched };
}

export interface ResolvedAsk {
  /** Of all runs that were looked at, in the order of their numbers. */
  rows: SummaryRow[];
  /** Those match that all of them hold of. */
  predicates: Predicate[];
  orders: ResolvedOrder[];
  /** What `columns` names. */
  columns: ResolvedField[];
  unsearched: number;
}

/** What is asked for, held against the runs that there are. Fails with `invalid-filter`. */
export async function resolveAsked(
  cp: ReadPorts,
  model: Pick<ModelDocument, 'modelId' | 'lastRunNumber'>,
  { filter, orderBy, status, tag, search, columns }: RunsAsked & { columns?: string | undefined },
): Promise<ResolvedAsk> {
  // What cannot be read is refused before anything is read for it.
  const tree = filter === undefined ? undefined : await parseFilter(filter);
  const asked = orderBy === undefined ? [] : await parseOrders(orderBy);
  const told = columns === undefined ? [] : await parseColumns(columns);
  const { rows, unsearched } = await readSummaries(cp, model);
  const fields: ResolvedField[] = [];
  const namesIn = (name: AskedBy, text: string): FilterNames => {
    const refuse = ({ at }: FieldName, mistake: string): never => {
      throw invalidFilter(name, text, at, mistake);
    };
    const resolve = (field: FieldName) => {
      const resolved = resolveField(field);
      const mistake = mistakeIn(resolved, rows);
      if (mistake !== undefined) refuse(field, mistake);
      fields.push(resolved);
      return resolved;
    };
    return { resolve, refuse };
  };
  const predicates: Predicate[] = [
    ...(status ? [({ fields: { status: own } }: SummaryRow) => own === status] : []),
    ...(tag === undefined ? [] : [hasTag(tag)]),
    ...(search === undefined ? [] : [searched(model.modelId, search)]),
    ...(tree ? [compileFilter(tree, namesIn('filter', filter ?? ''))] : []),
  ];
  const orders = asked.map(({ field, direction }): ResolvedOrder => {
    const resolved = namesIn('orderBy', orderBy ?? '').resolve(field);
    const isBestFirst = resolved.isLowerBetter === false;
    return { field: resolved, isDescending: direction === null ? isBestFirst : direction === 'desc' };
  });
  const shown = told.map((field) => namesIn('columns', columns ?? '').resolve(field));
  const whole = await wholeWhereAsked(cp, rows, fields);
  return { rows: whole, predicates, orders, columns: shown, unsearched };
}

function* matchingKeys(
  rows: readonly SummaryRow[],
  predicates: readonly Predicate[],
  orders: readonly ResolvedOrder[],
): Iterable<FoundKey> {
  for (const row of rows)
    if (predicates.every((holds) => holds(row))) yield { ...sortKey(row, orders), runId: row.fields.runId };
}

function hasTag(pair: string): Predicate {
  return ({ tags }) => Object.entries(tags).some(([key, value]) => tagPair(key, value) === pair);
}

/** The runs themselves are read of which a parameter is asked that their summaries left out. */
async function wholeWhereAsked(
  cp: ReadPorts,
  rows: SummaryRow[],
  fields: readonly ResolvedField[],
): Promise<SummaryRow[]> {
  const keys = fields.flatMap(({ kind, name }) => (kind === 'parameter' ? [name] : []));
  const lacking = [...rows.entries()].filter(([, row]) => keys.some((key) => isLeftOut(row, key)));
  await inParallel(
    lacking,
    CONCURRENCY,
    async ([
      i,
      {
        fields: { runId },
      },
    ]) => {
      const run = await readRun(cp.store, runId);
      if (run) rows[i] = rowOf(summaryOf(run, true));
    },
  );
  return rows;
}
