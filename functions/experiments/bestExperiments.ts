/**
 * The best runs of all models, by the type of their models, and what each type goes by. Figures stand beside each other here without a
 * word on their rows, so only those of runs on everything do: a sample has fewer items, among which the right one is found more easily,
 * and its quick tests would be the best of all. What is left out is counted.
 */
import {
  DEFAULT_MONITOR,
  inParallel,
  isBetter,
  metricName,
  METRICS,
  metricTitle,
  modelTypeSchema,
  runName,
  type BestExperiments,
  type ModelDocument,
  type ModelType,
} from '@trainyard/shared';
import { parseModel } from '../models/repository.js';
import { queries } from '../queries.js';
import { readSummaries, type ReadPorts } from '../runs/summaries/readSummaries.js';
import { firstInOrder } from '../runs/summaries/filter/firstInOrder.js';
import type { SummaryRow } from '../runs/summaries/summary.js';

const recall = (k: number) => metricName(METRICS.recall, 'test', k);
const [rmse, mae] = [METRICS.rmse, METRICS.mae];

/** What models of a type go by; the runs are ordered by `leading`. */
const KPIS: Readonly<Record<ModelType, { metrics: readonly string[]; leading: string }>> = {
  retrieval: { metrics: [5, 10, 50, 100].map(recall), leading: recall(100) },
  ranking: {
    metrics: [rmse, mae].flatMap((family) => [metricName(family, 'validation'), metricName(family, 'test')]),
    leading: metricName(rmse, 'test'),
  },
  hybrid: {
    metrics: [recall(50), recall(100), metricName(rmse, 'validation'), metricName(rmse, 'test')],
    leading: recall(100),
  },
};
const MOST_RUNS = 10;
const MODELS_PER_PAGE = 200;
const MODELS_AT_ONCE = 4;

interface OfModel {
  modelId: string;
  row: SummaryRow;
}

/** Of the models of the given teams, or of all. */
export async function bestExperiments(
  cp: ReadPorts,
  teams: readonly string[] | undefined,
): Promise<BestExperiments> {
  const completed: OfModel[] = [];
  let unsearched = 0;
  await inParallel(await allModels(cp, teams), MODELS_AT_ONCE, async (model) => {
    const read = await readSummaries(cp, model);
    unsearched += read.unsearched;
    for (const row of read.rows)
      if (row.fields.status === 'completed') completed.push({ modelId: model.modelId, row });
  });
  return {
    modelTypes: modelTypeSchema.options.map((modelType) => {
      const all = completed.filter(({ row: { fields } }) => fields.modelType === modelType);
      const of = (kind: Kind) => all.filter(({ row }) => kindOf(row) === kind);
      const runs = of('compared');
      const { metrics, leading } = KPIS[modelType];
      return {
        modelType,
        count: runs.length,
        leftOut: {
          quickTests: of('quickTests').length,
          samples: of('samples').length,
          repetitions: of('repetitions').length,
        },
        kpis: metrics.map((metric) => ({ metric, title: metricTitle(metric), best: bestOf(runs, metric) })),
        metric: leading,
        runs: bestRuns(runs, leading),
      };
    }),
    ...(unsearched > 0 && { unsearched }),
  };
}

type Kind = 'compared' | keyof BestExperiments['modelTypes'][number]['leftOut'];

function kindOf(row: SummaryRow): Kind {
  if (row.fields.intent === 'quick-test') return 'quickTests';
  if (row.fields.repeatOf !== null) return 'repetitions';
  return row.parameter('dataset.sample.share') === undefined ? 'compared' : 'samples';
}

async function allModels(
  { store }: ReadPorts,
  teams: readonly string[] | undefined,
): Promise<ModelDocument[]> {
  const models: ModelDocument[] = [];
  for (let startAfter; ;) {
    const page = await store.query(queries.models(teams, { startAfter, limit: MODELS_PER_PAGE }));
    models.push(...page.map(parseModel));
    startAfter = page.at(-1);
    if (page.length < MODELS_PER_PAGE) return models;
  }
}

function bestOf(runs: readonly OfModel[], metric: string): number | null {
  return runs.reduce<number | null>((best, { row }) => {
    const value = row.metric(metric);
    if (value === undefined) return best;
    return best === null || isBetter(metric, value, best) ? value : best;
  }, null);
}

function bestRuns(runs: readonly OfModel[], metric: string): BestExperiments['modelTypes'][number]['runs'] {
  const valued = runs.flatMap((run) => {
    const value = run.row.metric(metric);
    return value === undefined ? [] : [{ run, value, createdAt: run.row.fields.createdAt }];
  });
  // Of equals the newest comes first.
  const compare = (a: (typeof valued)[number], b: (typeof valued)[number]) => {
    if (a.value !== b.value) return isBetter(metric, a.value, b.value) ? -1 : 1;
    return a.createdAt === b.createdAt ? 0 : a.createdAt < b.createdAt ? 1 : -1;
  };
  return firstInOrder(valued, compare, MOST_RUNS).map(({ run: { modelId, row }, value }) => {
    const { fields, systemTags } = row;
    return {
      runId: fields.runId,
      name: runName({ modelId, runNumber: fields.runNumber }),
      title: fields.title,
      experiment: fields.experiment,
      dataset: systemTags['dataset_version'] ?? textOf(row.parameter('dataset.source.uri')),
      features: ofTowers(row, /^features\.(query|candidate)\.\d+\.column$/, ', '),
      model: ofTowers(row, /^model\.(query|candidate)\.layers\.\d+\.units$/, '-'),
      learningRate: numberOf(row.parameter('training.optimizer.learningRate')),
      batchSize: numberOf(row.parameter('training.batchSize')),
      epochs: fields.epochs,
      value,
      loss: row.metric(DEFAULT_MONITOR) ?? row.metric(metricName(METRICS.loss, 'training')) ?? null,
    };
  });
}

/** The values of the query tower, and behind a bar those of the candidate tower. */
function ofTowers(row: SummaryRow, key: RegExp, separator: string): string {
  const found: Record<string, string[]> = { query: [], candidate: [] };
  for (const name of row.parameterNames()) {
    const tower = key.exec(name)?.[1];
    if (tower !== undefined) found[tower]?.push(String(row.parameter(name)));
  }
  return `${found['query']?.join(separator)} | ${found['candidate']?.join(separator)}`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
