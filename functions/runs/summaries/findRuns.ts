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
import { compileFilter, type Predicate } from './filter/matches.js';
import { compareKeys, sortKey, type ResolvedOrder, type SortKey } from './filter/order.js';
import { invalidFilter, parseFilter, parseOrders, type FieldName } from './filter/parse.js';
import { readSummaries, type ReadPorts } from './readSummaries.js';
import { summaryOf, type RunSummary } from './summary.js';

export interface RunsAsked {
  filter?: string | undefined;
  orderBy?: string | undefined;
  status?: RunStatus | undefined;
  /** `key=value`. */
  tag?: string | undefined;
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
}

const CONCURRENCY = 16;

/** What cursors of the same filter and order have in common. */
export function askedDigest({ filter, orderBy, status, tag }: RunsAsked): string {
  return digestOf({ filter, orderBy, status, tag }).slice('sha256:'.length, 'sha256:'.length + 16);
}

/** Fails with `invalid-filter`. */
export async function findRuns(
  cp: ReadPorts,
  model: Pick<ModelDocument, 'modelId' | 'lastRunNumber'>,
  asked: RunsAsked,
  { after, limit }: { after: FoundCursor | undefined; limit: number },
): Promise<FoundRuns> {
  const { found, orders } = await findSummaries(cp, model, asked);
  const begin = after ? firstBehind(found, orders, after) : 0;
  const page = found.slice(begin, begin + limit);
  const runs: (Run | undefined)[] = Array.from({ length: page.length });
  await inParallel([...page.entries()], CONCURRENCY, async ([i, { key }]) => {
    runs[i] = await readRun(cp.store, key.runId);
  });
  const last = page.at(-1)?.key;
  const hasMore = begin + limit < found.length;
  return {
    runs: runs.filter((run) => run !== undefined),
    next:
      hasMore && last
        ? {
            of: askedDigest(asked),
            values: last.values.map((value) => value ?? null),
            runNumber: last.runNumber,
          }
        : null,
  };
}

interface Found {
  summary: RunSummary;
  key: SortKey & { runId: string };
}

/** All that match, in their order. Fails with `invalid-filter`. */
export async function findSummaries(
  cp: ReadPorts,
  model: Pick<ModelDocument, 'modelId' | 'lastRunNumber'>,
  { filter, orderBy, status, tag }: RunsAsked,
): Promise<{ found: Found[]; orders: ResolvedOrder[] }> {
  // What cannot be read is refused before anything is read for it.
  const tree = filter === undefined ? undefined : await parseFilter(filter);
  const asked = orderBy === undefined ? [] : await parseOrders(orderBy);
  const all = await readSummaries(cp, model);
  const fields: ResolvedField[] = [];
  const resolve = (name: 'filter' | 'orderBy', text: string) => (field: FieldName) => {
    const resolved = resolveField(field);
    const mistake = mistakeIn(resolved, all);
    if (mistake !== undefined) throw invalidFilter(name, text, field.at, mistake);
    fields.push(resolved);
    return resolved;
  };
  const predicates: Predicate[] = [
    ...(status ? [({ fields: { status: own } }: RunSummary) => own === status] : []),
    ...(tag === undefined ? [] : [hasTag(tag)]),
    ...(tree ? [compileFilter(tree, resolve('filter', filter ?? ''))] : []),
  ];
  const orders = asked.map(({ field, direction }): ResolvedOrder => {
    const resolved = resolve('orderBy', orderBy ?? '')(field);
    const isBestFirst = resolved.isLowerBetter === false;
    return { field: resolved, isDescending: direction === null ? isBestFirst : direction === 'desc' };
  });
  const whole = await wholeWhereAsked(cp, all, fields);
  const compare = compareKeys(orders);
  const found = whole
    .filter((summary) => predicates.every((holds) => holds(summary)))
    .map((summary): Found => ({ summary, key: { ...sortKey(summary, orders), runId: summary.fields.runId } }))
    .toSorted((a, b) => compare(a.key, b.key));
  return { found, orders };
}

function hasTag(pair: string): Predicate {
  return ({ tags }) => Object.entries(tags).some(([key, value]) => tagPair(key, value) === pair);
}

/** The runs themselves are read of which a parameter is asked that their summaries left out. */
async function wholeWhereAsked(
  cp: ReadPorts,
  summaries: readonly RunSummary[],
  fields: readonly ResolvedField[],
): Promise<RunSummary[]> {
  const parameters = fields.filter(({ kind }) => kind === 'parameter');
  const whole = [...summaries];
  const lacking = [...summaries.entries()].filter(
    ([, summary]) => summary.isPartial && parameters.some(({ valueOf }) => valueOf(summary) === undefined),
  );
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
      if (run) whole[i] = summaryOf(run, true);
    },
  );
  return whole;
}

function firstBehind(found: readonly Found[], orders: readonly ResolvedOrder[], after: FoundCursor): number {
  const compare = compareKeys(orders);
  const first = found.findIndex(({ key }) => compare(key, after) > 0);
  return first < 0 ? found.length : first;
}
