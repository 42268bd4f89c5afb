/** The runs of a model as summaries, up to date: from the pages, and from the runs themselves where those may have moved on. */
import { inParallel, isTerminal, type ModelDocument } from '@trainyard/shared';
import type { ControlPlane } from '../../controlPlane.js';
import { readRun } from '../repository.js';
import { gapsIn, numbersIn, type Gap } from './gaps.js';
import { fillPages, type FilledPage, type SummaryPorts } from './keepSummaries.js';
import { readPages } from './pageCache.js';
import { rowOf, summaryOf, type SummaryRow } from './summary.js';

export type ReadPorts = SummaryPorts & Pick<ControlPlane, 'log'>;

const CONCURRENCY = 16;
/** A reader waits until so many pages are filled, of a thousand runs, which takes a second; the rest he is told of. */
const MOST_FILLED = 10;

export interface ReadSummaries {
  /** In the order of their numbers. */
  rows: SummaryRow[];
  /** So many numbers of runs have no summary yet, and were not read: the oldest of them. */
  unsearched: number;
}

export async function readSummaries(
  cp: ReadPorts,
  { modelId, lastRunNumber }: Pick<ModelDocument, 'modelId' | 'lastRunNumber'>,
): Promise<ReadSummaries> {
  const pages = await readPages(cp.store, modelId);
  const rowsOf = new Map([...pages].map(([page, { rows }]) => [page, rows]));
  const gaps = gapsIn(pages, lastRunNumber);
  for (const { page, rows } of await filled(cp, modelId, gaps.slice(-MOST_FILLED))) rowsOf.set(page, rows);
  const all = [...rowsOf].toSorted(([a], [b]) => a - b).flatMap(([, rows]) => rows);
  return { rows: await refreshed(cp, all), unsearched: numbersIn(gaps.slice(0, -MOST_FILLED)) };
}

/** What is being filled, by model: whoever comes meanwhile waits for the same. */
const filling = new WeakMap<SummaryPorts['store'], Map<string, Promise<FilledPage[]>>>();

async function filled(cp: ReadPorts, modelId: string, gaps: readonly Gap[]): Promise<FilledPage[]> {
  if (gaps.length === 0) return [];
  const ofStore = filling.get(cp.store) ?? new Map<string, Promise<FilledPage[]>>();
  filling.set(cp.store, ofStore);
  const key = `${modelId} ${gaps.map(({ page, from, to }) => `${page}:${from}-${to}`).join()}`;
  const underWay = ofStore.get(key) ?? fillPages(cp, modelId, gaps).finally(() => ofStore.delete(key));
  ofStore.set(key, underWay);
  return underWay;
}

/** A run that is not over moves on without its page: it is read itself. */
async function refreshed(cp: ReadPorts, rows: SummaryRow[]): Promise<SummaryRow[]> {
  const open = [...rows.entries()].filter(([, { fields }]) => !isTerminal(fields.status));
  await inParallel(open, CONCURRENCY, async ([i, { fields }]) => {
    const run = await readRun(cp.store, fields.runId);
    if (run) rows[i] = rowOf(summaryOf(run));
  });
  return rows;
}
