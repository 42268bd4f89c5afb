import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { METRICS, metricName, trainingSpecSchema } from '@trainyard/shared';
import { literal, withDatabase } from '@trainyard/trainer-job/data/database';
import type { EncodedDataset } from '@trainyard/trainer-job/data/encodedDataset';
import { readEncodedDataset } from '@trainyard/trainer-job/data/readEncodedDataset';
import type { Bench } from '../bench.js';
import { ONLINE_RETAIL_MISSING, onlineRetail } from '../data/onlineRetail.js';
import { prepareHere } from '../dataPrep/prepareHere.js';
import { config } from '../environment.js';
import { onlineRetailRows } from '../training/onlineRetailRows.js';
import { idsOnly, type Row } from './idsOnly.js';
import { madeUpRows } from './madeUpRows.js';
import { rankedBy, type Known, type Measured } from './rankedBy.js';

/** What others computed with NumPy and SciPy by the same definitions. */
const ONLINE_RETAIL: readonly Known[] = [
  { baseline: 'popularity', family: 'recall', atK: { 5: 0.0129, 10: 0.023, 50: 0.0899, 100: 0.1578 } },
  { baseline: 'recentPopularity', family: 'recall', atK: { 5: 0.0202, 10: 0.0361, 50: 0.1278, 100: 0.2169 } },
  { baseline: 'history', family: 'recall', atK: { 5: 0.0552, 10: 0.096, 50: 0.2551, 100: 0.3451 } },
  { baseline: 'itemKnn', family: 'recall', atK: { 100: 0.2491 } },
  { baseline: 'ease', family: 'recall', atK: { 5: 0.0437, 10: 0.0749, 50: 0.2379, 100: 0.3475 } },
];
const LASTFM: readonly Known[] = [
  { baseline: 'popularity', family: 'recall', atK: { 20: 0.0371 } },
  { baseline: 'popularity', family: 'ndcg', atK: { 20: 0.0212 } },
  { baseline: 'itemKnn', family: 'recall', atK: { 20: 0.2655 } },
  { baseline: 'itemKnn', family: 'ndcg', atK: { 20: 0.2053 } },
  { baseline: 'ease', family: 'recall', atK: { 20: 0.2622 } },
  { baseline: 'ease', family: 'ndcg', atK: { 20: 0.2081 } },
];
const TOLERANCE = 1e-3;

export const baselines: Bench = {
  name: 'baselines',
  claim:
    'popularity, recent popularity, own history, item-kNN and EASE equal what NumPy finds on Online Retail, per row, and on Last.fm of HetRec 2011, per user without the items of train; how long EASE takes',
  usage: '[--items 1500]',
  async run(args) {
    const { values } = parseArgs({ args, options: { items: { type: 'string', default: '1500' } } });
    if (!onlineRetail) return { skipped: ONLINE_RETAIL_MISSING };
    const retail = await rankedBy(await onlineRetailData(), {
      k: [5, 10, 50, 100],
      baselineSettings: { easeLambda: 200, recentHalfLifeDays: 20 },
    });
    const retailOff = furthest(retail, ONLINE_RETAIL);
    const lastfmOff = existsSync(config.lastfmBeside)
      ? furthest(
          await rankedBy(idsOnly(await lastfmRows()), {
            k: [20],
            protocol: 'perUser',
            baselines: ['popularity', 'itemKnn', 'ease'],
            baselineSettings: { easeLambda: 50 },
          }),
          LASTFM,
        )
      : null;
    const made = await rankedBy(idsOnly(madeUpRows(Number(values.items))), { baselines: ['ease'] });
    return {
      figures: {
        online_retail_furthest: Number(retailOff.toFixed(5)),
        lastfm_furthest: lastfmOff === null ? 'its data are not here' : Number(lastfmOff.toFixed(5)),
        online_retail_ease_cpu_seconds: secondsOf(retail),
        ease_items: Number(values.items),
        ease_chosen_cpu_seconds: secondsOf(made),
        ease_lambda: made.get('ease')?.settings['lambda'] ?? 'not computed',
        peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
      },
      bar: `furthest <= ${TOLERANCE}`,
      pass: retailOff <= TOLERANCE && (lastfmOff ?? 0) <= TOLERANCE,
    };
  },
};

function secondsOf(measured: ReadonlyMap<string, Measured>): number {
  return Number((measured.get('ease')?.seconds ?? 0).toFixed(1));
}

/** The greatest difference; infinite where something was not measured. */
function furthest(measured: ReadonlyMap<string, Measured>, known: readonly Known[]): number {
  return Math.max(
    ...known.flatMap(({ baseline, family, atK }) =>
      Object.entries(atK).map(([k, value]) => {
        const own = measured.get(baseline)?.metrics[metricName(METRICS[family], 'test', Number(k))];
        return own === undefined ? Infinity : Math.abs(own - value);
      }),
    ),
  );
}

async function onlineRetailData(): Promise<EncodedDataset> {
  const spec = trainingSpecSchema.parse({
    dataset: {
      ...onlineRetailRows(onlineRetail ?? ''),
      split: { strategy: 'time', column: 'InvoiceDate' },
    },
    features: {
      query: [{ column: 'CustomerID', transform: 'lookup', id: true }],
      candidate: [{ column: 'Description', transform: 'lookup', id: true }],
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-bench-'));
  try {
    const { encodedFolder } = await prepareHere(spec, folder, () => {});
    const data = await readEncodedDataset(encodedFolder);
    const times = await data.trainTimes?.();
    return { ...data, ...(times && { trainTimes: async () => times }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function lastfmRows(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-bench-'));
  try {
    const rows = await withDatabase(folder, (database) =>
      database.rows(`SELECT "user", item, split FROM read_parquet(${literal(config.lastfmBeside)})`),
    );
    return rows.map(({ user, item, split }) => ({
      user: String(user),
      item: String(item),
      split: split === 'train' ? 'train' : 'test',
    }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
