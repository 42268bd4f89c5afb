/** The best runs of all models, by the type of their models, and what each type goes by. */
import {
  DEFAULT_MONITOR,
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
import type { RunSummary } from '../runs/summaries/summary.js';

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

interface OfModel extends RunSummary {
  modelId: string;
}

/** Of the models of the given teams, or of all. */
export async function bestExperiments(cp: ReadPorts, teams: string[] | undefined): Promise<BestExperiments> {
  const completed: OfModel[] = [];
  for (const model of await allModels(cp, teams)) {
    const summaries = await readSummaries(cp, model);
    const ended = summaries.filter(({ fields }) => fields.status === 'completed');
    completed.push(...ended.map((summary) => ({ ...summary, modelId: model.modelId })));
  }
  return {
    modelTypes: modelTypeSchema.options.map((modelType) => {
      const runs = completed.filter(({ fields }) => fields.modelType === modelType);
      const { metrics, leading } = KPIS[modelType];
      return {
        modelType,
        count: runs.length,
        kpis: metrics.map((metric) => ({ metric, title: metricTitle(metric), best: bestOf(runs, metric) })),
        metric: leading,
        runs: bestRuns(runs, leading),
      };
    }),
  };
}

async function allModels({ store }: ReadPorts, teams: string[] | undefined): Promise<ModelDocument[]> {
  const models: ModelDocument[] = [];
  for (let startAfter; ;) {
    const page = await store.query(queries.models(teams, { startAfter, limit: MODELS_PER_PAGE }));
    models.push(...page.map(parseModel));
    startAfter = page.at(-1);
    if (page.length < MODELS_PER_PAGE) return models;
  }
}

function bestOf(runs: readonly OfModel[], metric: string): number | null {
  return runs.reduce<number | null>((best, { metrics }) => {
    const value = metrics[metric];
    if (value === undefined) return best;
    return best === null || isBetter(metric, value, best) ? value : best;
  }, null);
}

function bestRuns(runs: readonly OfModel[], metric: string): BestExperiments['modelTypes'][number]['runs'] {
  const valued = runs.flatMap((run) => {
    const value = run.metrics[metric];
    return value === undefined ? [] : [{ run, value }];
  });
  // Of equals the newest comes first.
  const newestFirst = valued.toSorted((a, b) => (a.run.fields.createdAt < b.run.fields.createdAt ? 1 : -1));
  const sorted = newestFirst.toSorted((a, b) =>
    a.value === b.value ? 0 : isBetter(metric, a.value, b.value) ? -1 : 1,
  );
  return sorted.slice(0, MOST_RUNS).map(({ run, value }) => {
    const { fields, metrics, parameters, systemTags } = run;
    return {
      runId: fields.runId,
      name: runName({ modelId: run.modelId, runNumber: fields.runNumber }),
      title: fields.title,
      experiment: fields.experiment,
      dataset: systemTags['dataset_version'] ?? textOf(parameters['dataset.source.uri']),
      features: ofTowers(run, /^features\.(query|candidate)\.\d+\.column$/, ', '),
      model: ofTowers(run, /^model\.(query|candidate)\.layers\.\d+\.units$/, '-'),
      learningRate: numberOf(parameters['training.optimizer.learningRate']),
      batchSize: numberOf(parameters['training.batchSize']),
      epochs: fields.epochs,
      value,
      loss: metrics[DEFAULT_MONITOR] ?? metrics[metricName(METRICS.loss, 'training')] ?? null,
    };
  });
}

/** The values of the query tower, and behind a bar those of the candidate tower. */
function ofTowers({ parameters }: RunSummary, key: RegExp, separator: string): string {
  const found: Record<string, string[]> = { query: [], candidate: [] };
  for (const [name, value] of Object.entries(parameters)) {
    const tower = key.exec(name)?.[1];
    if (tower !== undefined) found[tower]?.push(String(value));
  }
  return `${found['query']?.join(separator)} | ${found['candidate']?.join(separator)}`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
