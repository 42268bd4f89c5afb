import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { METRICS, metricName, trainingSpecSchema } from '@trainyard/shared';
import { parse } from 'yaml';
import type { Bench } from '../bench.js';
import { ONLINE_RETAIL_MISSING, onlineRetail } from '../data/onlineRetail.js';
import { BACKEND_USAGE, backendOf } from './backend.js';
import { config } from '../environment.js';
import { trainAndEvaluateHere } from './trainRun.js';

const RECALL = metricName(METRICS.recall, 'test', 100);

export const logqOnlineRetail: Bench = {
  name: 'logq-online-retail',
  claim:
    'recall@100 of examples/online-retail.yaml with in-batch negatives: with the logQ correction against without it, all else equal',
  usage: `${BACKEND_USAGE} [--epochs 8]`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { backend: { type: 'string', default: 'auto' }, epochs: { type: 'string', default: '8' } },
    });
    if (!onlineRetail) return { skipped: ONLINE_RETAIL_MISSING };
    const backend = await backendOf(values.backend);
    const start = performance.now();
    const without = await recallOf(false, Number(values.epochs));
    const corrected = await recallOf(true, Number(values.epochs));
    return {
      figures: {
        backend: backend.name,
        recall_at_100_with: Number(corrected.toFixed(4)),
        recall_at_100_without: Number(without.toFixed(4)),
        seconds: Number(((performance.now() - start) / 1000).toFixed(1)),
      },
      bar: 'recall_at_100_with > recall_at_100_without',
      pass: corrected > without,
    };
  },
};

/** On the test split, by the weights of the epoch that is best on validation. */
async function recallOf(samplingCorrection: boolean, epochs: number): Promise<number> {
  const example: unknown = parse(await readFile(join(config.examples, 'online-retail.yaml'), 'utf8'));
  const spec = trainingSpecSchema.parse(example);
  spec.dataset.source.uri = onlineRetail;
  const { training } = trainingSpecSchema.parse({
    ...spec,
    training: { ...spec.training, epochs, negatives: { type: 'inBatch', samplingCorrection } },
  });
  const { metrics } = await trainAndEvaluateHere({ ...spec, training });
  return metrics[RECALL] ?? 0;
}
