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

/** EASE (lambda 200, diagonal removed) under the same protocol. */
const BAR = 0.3475;
const MOST_SECONDS = 300;

export const recallOnlineRetail: Bench = {
  name: 'recall-online-retail',
  claim: 'recall@100 of examples/online-retail.yaml on the test split of the Online Retail protocol',
  usage: BACKEND_USAGE,
  async run(args) {
    const { values } = parseArgs({ args, options: { backend: { type: 'string', default: 'auto' } } });
    if (!onlineRetail) return { skipped: ONLINE_RETAIL_MISSING };
    const example: unknown = parse(await readFile(join(config.examples, 'online-retail.yaml'), 'utf8'));
    const spec = trainingSpecSchema.parse(example);
    spec.dataset.source.uri = onlineRetail;

    const start = performance.now();
    const backend = await backendOf(values.backend);
    const { outcome, metrics, baselines } = await trainAndEvaluateHere(spec);
    const recall = metrics[RECALL] ?? 0;
    const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
    return {
      figures: {
        backend: backend.name,
        recall_at_100: Number(recall.toFixed(4)),
        history_recall_at_100: Number((baselines['history']?.[RECALL] ?? 0).toFixed(4)),
        popularity_recall_at_100: Number((baselines['popularity']?.[RECALL] ?? 0).toFixed(4)),
        epochs: outcome.epochsTrained,
        examples_per_second: Math.round(outcome.examplesPerSecond),
        seconds,
        peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
      },
      bar: `recall_at_100 >= ${BAR}, seconds <= ${MOST_SECONDS}`,
      pass: recall >= BAR && outcome.epochsTrained <= 20 && seconds <= MOST_SECONDS,
    };
  },
};
