import { parseArgs } from 'node:util';
import { trainingSpecSchema } from '@trainyard/shared';
import type { SelectedBackend } from '@trainyard/trainer-job/backend/selectBackend';
import { workerCount } from '@trainyard/trainer-job/backend/threads';
import type { EvaluationRows } from '@trainyard/trainer-job/evaluate/ranks/evaluationRows';
import { type Scored, scoreRows } from '@trainyard/trainer-job/evaluate/ranks/scoreSplit';
import { type Scoring, scoringOf } from '@trainyard/trainer-job/evaluate/ranks/scoring';
import { retrievalMetrics } from '@trainyard/trainer-job/evaluate/retrieval/retrievalMetrics';
import { fillNormal, randomFor, type Random } from '@trainyard/trainer-job/model/random';
import { inSharedMemory } from '@trainyard/trainer-job/model/parameter';
import { TwoTowerModel } from '@trainyard/trainer-job/model/twoTowerModel';
import { newOptimizer } from '@trainyard/trainer-job/train/optimize/optimizer';
import { parallelScoring } from '@trainyard/trainer-job/train/workers/parallelScoring';
import { WorkerPool } from '@trainyard/trainer-job/train/workers/workerPool';
import type { Bench } from '../bench.js';
import { printProgress } from '../progress.js';
import { BACKEND_USAGE, backendOf } from './backend.js';
import { idsDataset, IDS_SPEC } from './ids.js';

const ROWS = 100_000;
const USERS = 20_000;
const ITEMS = 36_000;
const WIDTH = 32;
const HAD = 30;
const K = [5, 10, 50, 100];

const MOST_SECONDS = { tensorflow: 30, wasm: 90, cpu: Infinity };
const MOST_RATIO = 1.3;
const MOST_MEGABYTES = 1024;
const VECTOR_MEGABYTES = ((ROWS + ITEMS) * WIDTH * 4) / 2 ** 20;

export const evaluateScale: Bench = {
  name: 'evaluate-scale',
  claim: `seconds of all retrieval metrics at four K, per row and per user without what train has, of ${ROWS} test rows and ${ITEMS} items, and the ratio to recall alone`,
  usage: BACKEND_USAGE,
  async run(args) {
    const { values } = parseArgs({ args, options: { backend: { type: 'string', default: 'auto' } } });
    const selected = await backendOf(values.backend, IDS_SPEC, 'auto');
    const backend = selected.name;
    const model = randomModel();
    const { scoring, close } = await scoringAsInTrainings(model, selected);
    const asked = [rowsOf('row'), rowsOf('user')];
    const times = { recall: 0, all: 0 };
    const cpu = process.cpuUsage();
    const begin = performance.now();
    for (const rows of asked) {
      const all = await timed(() => measured(model, rows, scoring));
      const recall = await timed(() => recallAlone(model, rows, scoring));
      times.all += all;
      times.recall += recall;
      printProgress(`per ${rows.per}: ${all.toFixed(1)} s, recall alone ${recall.toFixed(1)} s`);
    }
    await close();
    const { user, system } = process.cpuUsage(cpu);
    const megabytes = process.resourceUsage().maxRSS / 1024;
    const ratio = times.all / times.recall;
    const most = MOST_SECONDS[backend];
    return {
      figures: {
        backend,
        seconds: Number(times.all.toFixed(1)),
        ratio: Number(ratio.toFixed(2)),
        peak_rss_mb: Math.round(megabytes),
        // Where it is below 1, others had this machine's cores.
        cores_used: Number(((user + system) / 1000 / (performance.now() - begin)).toFixed(2)),
      },
      bar: `seconds < ${most}, ratio <= ${MOST_RATIO}, peak_rss_mb < ${MOST_MEGABYTES} + ${Math.ceil(VECTOR_MEGABYTES)} of the vectors`,
      pass:
        times.all < most && ratio <= MOST_RATIO && megabytes < MOST_MEGABYTES + Math.ceil(VECTOR_MEGABYTES),
    };
  },
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** As on the test split. */
async function measured(model: Scored, rows: EvaluationRows, scoring: Scoring): Promise<void> {
  const { ranks } = await scoreRows(model, rows, { scoring });
  if (!Object.values(retrievalMetrics(rows, ranks, K, 'test')).every(Number.isFinite))
    throw new Error('a metric is no number');
}

/** As an evaluation would be that told no ranks apart beyond the largest K and had one metric. */
async function recallAlone(model: Scored, rows: EvaluationRows, scoring: Scoring): Promise<number> {
  const { ranks } = await scoreRows(model, rows, { depth: Math.max(...K), scoring });
  return ranks.reduce((sum, rank) => sum + (rank < Math.max(...K) ? 1 : 0), 0);
}

/** By the workers that a training of such a model has here, whose own vectors are not asked for. */
async function scoringAsInTrainings(
  scored: Scored,
  backend: SelectedBackend,
): Promise<{ scoring: Scoring; close: () => Promise<void> }> {
  const spec = trainingSpecSchema.parse(IDS_SPEC);
  const workers = workerCount('auto', backend, spec);
  if (workers < 2) return { scoring: scoringOf(scored, undefined), close: async () => {} };
  const data = idsDataset({ users: 1, items: 1, rows: 1, dim: WIDTH });
  const { model, optimizer } = inSharedMemory(() => {
    const made = new TwoTowerModel(data, spec);
    return { model: made, optimizer: newOptimizer(spec.training.optimizer, made.parameters) };
  });
  const pool = await WorkerPool.start(workers, model, optimizer, data);
  printProgress(`${workers} workers`);
  return { scoring: scoringOf(scored, parallelScoring(model, pool)), close: () => pool.close() };
}

/** Of vectors as trained ones are: scores of a few units. */
function randomModel(): Scored {
  const vectorsOf = (count: number, name: string) => {
    const vectors = new Float32Array(count * WIDTH);
    fillNormal(vectors, 0.6, randomFor(1, name));
    return vectors;
  };
  const [queries, items] = [vectorsOf(ROWS, 'queries'), vectorsOf(ITEMS, 'items')];
  return {
    width: WIDTH,
    spec: trainingSpecSchema.parse(IDS_SPEC),
    candidate: { data: { entities: ITEMS + 1 } },
    embed: (tower, entities) => (tower === 'query' ? queries.subarray(0, entities.length * WIDTH) : items),
  };
}

/** Per row, each row has a query of its own, as where the time or the session is a feature; per user, a query has its rows together. */
function rowsOf(per: EvaluationRows['per']): EvaluationRows {
  const random = randomFor(2, per);
  const queries = per === 'row' ? ROWS : USERS;
  const each = ROWS / queries;
  const lists = Array.from({ length: queries }, () => distinctItems(each + HAD, random));
  return {
    per,
    queries: Int32Array.from({ length: queries }, (_, q) => q),
    users: Int32Array.from({ length: queries }, (_, q) => 1 + (q % USERS)),
    targetStart: Int32Array.from({ length: queries + 1 }, (_, q) => q * each),
    items: Int32Array.from(lists.flatMap((list) => list.slice(0, each))),
    rows: new Int32Array(ROWS).fill(1),
    rowCount: ROWS,
    excluded: {
      start: Int32Array.from({ length: queries + 1 }, (_, q) => q * HAD),
      items: Int32Array.from(lists.flatMap((list) => list.slice(each).toSorted((a, b) => a - b))),
    },
  };
}

function distinctItems(count: number, random: Random): number[] {
  const items = new Set<number>();
  while (items.size < count) items.add(1 + Math.floor(random() * ITEMS));
  return [...items];
}
