/**
 * Makes the summaries of runs from before there were any, or of another layout, a part at each call: for a model with ten thousand of
 * them whoever filters first would wait for half a minute. Once all models are done, nothing is read for it any more.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { modelIdSchema, paths } from '@trainyard/shared';
import { z } from 'zod';
import { parseModel } from '../../models/repository.js';
import { queries } from '../../queries.js';
import { fillPages } from './keepSummaries.js';
import { gapsIn, numbersIn } from './gaps.js';
import { LAYOUT } from './page.js';
import { readPages } from './pageCache.js';
import type { ReadPorts } from './readSummaries.js';

/** At a call: three thousand runs, which takes some seconds. */
const MOST_PAGES = 30;
/** Between these, others have their turn on one machine. */
const PAGES_AT_ONCE = 5;
const MODELS_PER_PAGE = 50;

export const summaryUpkeepSchema = z.strictObject({
  schemaVersion: z.literal(1),
  layout: z.int(),
  /** The last model that is done, in the order of the ids; null before the first. */
  after: modelIdSchema.nullable(),
  isDone: z.boolean(),
});
type Upkeep = z.infer<typeof summaryUpkeepSchema>;

const done = new WeakSet<ReadPorts['store']>();

/** The number of runs whose summaries were made or looked for in vain. */
export async function fillSummaries(cp: ReadPorts): Promise<number> {
  if (done.has(cp.store)) return 0;
  const before = await readUpkeep(cp);
  const { after, looked } = before.isDone
    ? { after: undefined, looked: 0 }
    : await fillFrom(cp, before.after);
  const isDone = after === undefined;
  if (!before.isDone && (isDone || after !== before.after)) {
    const upkeep: Upkeep = { schemaVersion: 1, layout: LAYOUT, after: after ?? null, isDone };
    await cp.store.optimistic(async (tx) => tx.set(paths.summaryUpkeep, { ...upkeep }));
  }
  if (looked > 0) cp.log('INFO', 'summaries of earlier runs were made', { runs: looked, isDone });
  if (isDone) done.add(cp.store);
  return looked;
}

async function readUpkeep({ store }: ReadPorts): Promise<Pick<Upkeep, 'after' | 'isDone'>> {
  const document = await store.get(paths.summaryUpkeep);
  const upkeep = document && summaryUpkeepSchema.parse(document.data);
  return upkeep?.layout === LAYOUT ? upkeep : { after: null, isDone: false };
}

/** `after` is the last model that is done now, undefined where all are. */
async function fillFrom(
  cp: ReadPorts,
  from: string | null,
): Promise<{ after: string | null | undefined; looked: number }> {
  let [after, left, looked] = [from, MOST_PAGES, 0];
  for (;;) {
    const startAfter = after === null ? undefined : { path: paths.model(after), data: { modelId: after } };
    const models = (
      await cp.store.query(queries.models(undefined, { startAfter, limit: MODELS_PER_PAGE }))
    ).map(parseModel);
    for (const { modelId, lastRunNumber } of models) {
      const gaps = gapsIn(await readPages(cp.store, modelId), lastRunNumber);
      const part = gaps.slice(-left);
      for (let end = part.length; end > 0; end -= PAGES_AT_ONCE) {
        await fillPages(cp, modelId, part.slice(Math.max(0, end - PAGES_AT_ONCE), end));
        await turn();
      }
      looked += numbersIn(part);
      left -= part.length;
      if (part.length < gaps.length || left === 0)
        return { after: part.length < gaps.length ? after : modelId, looked };
      after = modelId;
    }
    if (models.length < MODELS_PER_PAGE) return { after: undefined, looked };
  }
}
