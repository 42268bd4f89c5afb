/** All runs of a model as summaries, up to date: from the pages, and from the runs themselves where those may have moved on. */
import { inParallel, isTerminal, type ModelDocument } from '@trainyard/shared';
import type { ControlPlane } from '../../controlPlane.js';
import { queries } from '../../queries.js';
import { readRun } from '../repository.js';
import { fillPages, type SummaryPorts } from './keepSummaries.js';
import { decodePage, pageDocumentSchema, pageOf, RUNS_PER_PAGE, type PageDocument } from './page.js';
import { summaryOf, type RunSummary } from './summary.js';

export type ReadPorts = SummaryPorts & Pick<ControlPlane, 'log'>;

const CONCURRENCY = 16;
/** The runs of so many pages are read together: a thousand. */
const PAGES_AT_ONCE = 10;
/** Pages are decoded once, until they change. Those of so many are kept, about 1 KB a run. */
const MOST_CACHED = 300;

interface Cached {
  body: string;
  summaries: readonly RunSummary[];
}
const cache = new Map<string, Cached>();

/** In the order of their numbers. */
export async function readSummaries(
  cp: ReadPorts,
  { modelId, lastRunNumber }: Pick<ModelDocument, 'modelId' | 'lastRunNumber'>,
): Promise<RunSummary[]> {
  const documents = await cp.store.query(queries.summaryPages(modelId));
  const stored = new Map(
    documents.map(({ data }) => {
      const document = pageDocumentSchema.parse(data);
      return [document.page, document];
    }),
  );
  const pages = Array.from({ length: pageOf(lastRunNumber) }, (_, i) => {
    const document = stored.get(i + 1);
    return document ? decoded(document) : [];
  });
  const gaps = pages.flatMap((summaries, i) => {
    const gap = missingOf(summaries, i + 1, lastRunNumber, stored.get(i + 1)?.lookedUpTo ?? 0);
    return gap ? [{ page: i + 1, ...gap }] : [];
  });
  for (let i = 0; i < gaps.length; i += PAGES_AT_ONCE)
    for (const { page, summaries } of await fillPages(cp, modelId, gaps.slice(i, i + PAGES_AT_ONCE)))
      pages[page - 1] = summaries;
  return refreshed(cp, pages.flat());
}

/** The numbers of the page that no summary has and that were not looked for, from the first to the last; undefined where there are none. */
function missingOf(
  summaries: readonly RunSummary[],
  page: number,
  lastRunNumber: number,
  lookedUpTo: number,
): { from: number; to: number } | undefined {
  const first = (page - 1) * RUNS_PER_PAGE + 1;
  const last = Math.min(page * RUNS_PER_PAGE, lastRunNumber);
  const known = new Set(summaries.map(({ fields }) => fields.runNumber));
  let [from, to] = [0, 0];
  for (let number = Math.max(first, lookedUpTo + 1); number <= last; number++) {
    if (known.has(number)) continue;
    from ||= number;
    to = number;
  }
  return from === 0 ? undefined : { from, to };
}

/** A run that is not over moves on without its page: it is read itself. */
async function refreshed(cp: ReadPorts, summaries: RunSummary[]): Promise<RunSummary[]> {
  const open = [...summaries.entries()].filter(([, { fields }]) => !isTerminal(fields.status));
  await inParallel(open, CONCURRENCY, async ([i, { fields }]) => {
    const run = await readRun(cp.store, fields.runId);
    if (run) summaries[i] = summaryOf(run);
  });
  return summaries;
}

function decoded({ modelId, page, body }: PageDocument): readonly RunSummary[] {
  const key = `${modelId} ${page}`;
  const known = cache.get(key);
  const summaries = known?.body === body ? known.summaries : decodePage(body);
  // The one used last is the last to go.
  cache.delete(key);
  cache.set(key, { body, summaries });
  if (cache.size > MOST_CACHED) cache.delete(cache.keys().next().value ?? '');
  return summaries;
}
