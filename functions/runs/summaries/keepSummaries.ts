/** Writes the summaries of runs into the pages of their models: after a run's events, and for runs of before. */
import { paths, type Run, type TrainyardEvent } from '@trainyard/shared';
import type { ControlPlane } from '../../controlPlane.js';
import { inTurn } from '../../inTurn.js';
import type { DocumentReader } from '../../ports/documentStore/documentStore.js';
import { queries } from '../../queries.js';
import { parseRun, readRun } from '../repository.js';
import type { Gap } from './gaps.js';
import { decodePage, encodePage, LAYOUT, pageDocumentSchema, pageOf, type PageDocument } from './page.js';
import { isOfLayout } from './pageCache.js';
import { rowOf, summaryOf, type RunSummary, type SummaryRow } from './summary.js';

export type SummaryPorts = Pick<ControlPlane, 'store' | 'now'>;

/** Writes the summary of the run that an event is of; what happens to anything else is in no list of runs. */
export async function summarize(cp: SummaryPorts, { data }: TrainyardEvent): Promise<void> {
  if (data.kind === 'run') await keepSummary(cp, data.runId);
}

/** The runs that wait for their turn, by page; one turn writes all of them, for each of them writes the same document. */
const waiting = new WeakMap<SummaryPorts['store'], Map<string, Set<string>>>();

/**
 * Writes the summary of a run as it is now, so that it matters neither how often an event comes nor in which order. Runs of one page
 * take turns, and none of them waits in the transaction of a callback.
 */
export async function keepSummary(cp: SummaryPorts, runId: string): Promise<void> {
  const run = await readRun(cp.store, runId);
  if (!run) return;
  const { modelId, runNumber } = run;
  const page = pageOf(runNumber);
  const key = `summaries ${modelId} ${page}`;
  const queues = waiting.get(cp.store) ?? new Map<string, Set<string>>();
  waiting.set(cp.store, queues);
  queues.set(key, (queues.get(key) ?? new Set()).add(runId));
  await inTurn(key, async (askedAt) => {
    const runIds = queues.get(key);
    // The turn before has written this run as well.
    if (!runIds) return;
    queues.delete(key);
    try {
      await writeRuns(cp, { modelId, page }, [...runIds], askedAt);
    } catch (error) {
      // Each of them is tried in a turn of its own event.
      queues.set(key, new Set([...runIds, ...(queues.get(key) ?? [])]));
      throw error;
    }
  });
}

interface PagePlace {
  modelId: string;
  page: number;
}

function writeRuns(
  cp: SummaryPorts,
  place: PagePlace,
  runIds: readonly string[],
  askedAt: number,
): Promise<void> {
  return cp.store.optimistic(async (tx) => {
    const runs: Run[] = [];
    for (const runId of runIds) {
      const run = await readRun(tx, runId);
      if (run) runs.push(run);
    }
    const before = await readPage(tx, place);
    const known = before ? decodePage(before) : [];
    const after = withRuns(known, runs);
    if (after === undefined) return;
    const document = pageDocument(cp, place, after, before?.lookedUpTo ?? 0);
    tx.set(paths.summaryPage(place.modelId, place.page), document);
  }, askedAt);
}

export interface FilledPage {
  page: number;
  rows: readonly SummaryRow[];
}

/**
 * Adds the runs that pages lack, and says that they were looked for. What each page has then.
 */
export async function fillPages(
  cp: SummaryPorts,
  modelId: string,
  gaps: readonly Gap[],
): Promise<FilledPage[]> {
  const filled: FilledPage[] = [];
  for (const neighbours of consecutive(gaps)) {
    const [from, to] = [neighbours[0]?.from ?? 0, neighbours.at(-1)?.to ?? 0];
    const runs = (await cp.store.query(queries.runsByNumber(modelId, from, to))).map(parseRun);
    for (const gap of neighbours) {
      const own = runs.filter(({ runNumber }) => pageOf(runNumber) === gap.page);
      const summaries = await fillPage(cp, { modelId, page: gap.page }, own, gap.to);
      filled.push({ page: gap.page, rows: summaries.map(rowOf) });
    }
  }
  return filled;
}

/** Gaps of pages that follow each other are read by one query: on one machine each goes through all runs of the model. */
function consecutive(gaps: readonly Gap[]): Gap[][] {
  const groups: Gap[][] = [];
  for (const gap of gaps) {
    const group = groups.at(-1);
    if (group?.at(-1)?.page === gap.page - 1) group.push(gap);
    else groups.push([gap]);
  }
  return groups;
}

function fillPage(
  cp: SummaryPorts,
  place: PagePlace,
  runs: readonly Run[],
  to: number,
): Promise<RunSummary[]> {
  return cp.store.optimistic(async (tx) => {
    const before = await readPage(tx, place);
    const known = before ? decodePage(before) : [];
    const after = withRuns(known, runs) ?? known;
    const document = pageDocument(cp, place, after, Math.max(to, before?.lookedUpTo ?? 0));
    tx.set(paths.summaryPage(place.modelId, place.page), document);
    return after;
  });
}

/** In the order of their numbers; undefined where nothing changes. A run that is known as it was later stays so. */
function withRuns(known: readonly RunSummary[], runs: readonly Run[]): RunSummary[] | undefined {
  const byNumber = new Map(known.map((summary) => [summary.fields.runNumber, summary]));
  let isChanged = false;
  for (const run of runs) {
    const before = byNumber.get(run.runNumber);
    if (before && before.fields.updatedAt >= run.updatedAt) continue;
    byNumber.set(run.runNumber, summaryOf(run));
    isChanged = true;
  }
  if (!isChanged) return undefined;
  return [...byNumber.values()].toSorted((a, b) => a.fields.runNumber - b.fields.runNumber);
}

function pageDocument(
  cp: Pick<ControlPlane, 'now'>,
  { modelId, page }: PagePlace,
  summaries: readonly RunSummary[],
  lookedUpTo: number,
): PageDocument {
  const encoded = encodePage(summaries);
  return { schemaVersion: LAYOUT, modelId, page, lookedUpTo, ...encoded, updatedAt: cp.now().toISOString() };
}

async function readPage(
  from: DocumentReader,
  { modelId, page }: PagePlace,
): Promise<PageDocument | undefined> {
  const document = await from.get(paths.summaryPage(modelId, page));
  return document && isOfLayout(document) ? pageDocumentSchema.parse(document.data) : undefined;
}
