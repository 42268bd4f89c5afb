import { trainingSpecSchema, type Metrics, type TrainingSpecInput } from '@trainyard/shared';
import type { EncodedDataset } from '@trainyard/trainer-job/data/encodedDataset';
import { retrievalBaselines } from '@trainyard/trainer-job/evaluate/baselines/retrievalBaselines';
import { evaluationRows, rowsProtocol } from '@trainyard/trainer-job/evaluate/ranks/evaluationRows';
import { placesOf } from '@trainyard/trainer-job/evaluate/ranks/ranker';
import { retrievalMetrics } from '@trainyard/trainer-job/evaluate/retrieval/retrievalMetrics';
import { printProgress } from '../progress.js';

export interface Measured {
  metrics: Metrics;
  settings: Readonly<Record<string, string | number | null>>;
  /** Of the processor. */
  seconds: number;
}

/** What baselines find of the test rows, as a run measures it, by the name of the baseline. */
export async function rankedBy(
  data: EncodedDataset,
  evaluation: NonNullable<TrainingSpecInput['evaluation']>,
): Promise<Map<string, Measured>> {
  const spec = trainingSpecSchema.parse({
    dataset: { source: { uri: 'rows.parquet' } },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
    },
    evaluation,
  });
  const between = async () => {};
  const protocol = rowsProtocol(spec);
  const rows = evaluationRows(data, 'test', 'known', protocol);
  const validation = () => evaluationRows(data, 'validation', 'known', protocol);
  const found = new Map<string, Measured>();
  let before = process.cpuUsage();
  for await (const ranker of retrievalBaselines({ data, spec, validation, between })) {
    if ('why' in ranker) continue;
    const ranks = placesOf(rows, await ranker.ranks(rows, between));
    const metrics = retrievalMetrics(rows, ranks, spec.evaluation.k, 'test');
    const { user } = process.cpuUsage(before);
    found.set(ranker.name, { metrics, settings: ranker.settings, seconds: user / 1e6 });
    printProgress(`${ranker.name} ${JSON.stringify(ranker.settings)} ${(user / 1e6).toFixed(1)} s`);
    before = process.cpuUsage();
  }
  return found;
}

/** What others found, K by K. */
export interface Known {
  baseline: string;
  family: 'recall' | 'ndcg';
  atK: Readonly<Record<number, number>>;
}
