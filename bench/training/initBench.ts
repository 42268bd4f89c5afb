import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { METRICS, metricName, trainingSpecSchema, type TrainingSpec } from '@trainyard/shared';
import { propose } from '@trainyard/local/commands/init/proposal';
import { likelyRoles } from '@trainyard/local/commands/init/roles';
import { specText } from '@trainyard/local/commands/init/specText';
import { sampleOptionsSchema } from '@trainyard/local/sample/options';
import { writeSample } from '@trainyard/local/sample/writeSample';
import { inspectSource } from '@trainyard/trainer-job/data/inspect/inspectSource';
import { parse } from 'yaml';
import type { Bench } from '../bench.js';
import { ONLINE_RETAIL_MISSING, onlineRetail } from '../data/onlineRetail.js';
import { config } from '../environment.js';
import { BACKEND_USAGE, backendOf } from './backend.js';
import { trainAndEvaluateHere } from './trainRun.js';

const RECALL = metricName(METRICS.recall, 'test', 100);

export const init: Bench = {
  name: 'init',
  claim:
    'the specification that "trainyard init" proposes for Online Retail, Last.fm of HetRec 2011 and the sample purchases, as it is: recall@100 on test against popularity',
  usage: BACKEND_USAGE,
  async run(args) {
    const { values } = parseArgs({ args, options: { backend: { type: 'string', default: 'auto' } } });
    if (!onlineRetail) return { skipped: ONLINE_RETAIL_MISSING };
    const backend = await backendOf(values.backend);
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-bench-'));
    try {
      const sample = join(folder, 'purchases.csv');
      await writeSample(sampleOptionsSchema.parse({}), sample);
      const files = {
        sample,
        lastfm: existsSync(config.lastfmBeside) ? config.lastfmBeside : null,
        online_retail: onlineRetail,
      };
      const measured: Record<string, number | string> = {};
      let better = 0;
      let asked = 0;
      for (const [name, file] of Object.entries(files)) {
        if (file === null) {
          measured[`${name}_recall_at_100`] = 'its data are not here';
          continue;
        }
        asked += 1;
        const { metrics, baselines } = await trainAndEvaluateHere(await proposedFor(file));
        const own = metrics[RECALL] ?? 0;
        const popularity = baselines['popularity']?.[RECALL] ?? Infinity;
        measured[`${name}_recall_at_100`] = Number(own.toFixed(4));
        measured[`${name}_popularity_recall_at_100`] = Number(popularity.toFixed(4));
        if (own > popularity) better += 1;
      }
      return {
        figures: { better_than_popularity: better, data_sets: asked, backend: backend.name, ...measured },
        bar: 'better_than_popularity = data_sets',
        pass: better === asked,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function proposedFor(file: string): Promise<TrainingSpec> {
  const inspection = await inspectSource(file, '/');
  const { user, item, time } = likelyRoles(inspection, {});
  if (user === undefined || item === undefined) throw new Error(`no user or no item is found in ${file}`);
  const text = specText(propose(inspection, { user, item, time }), { uri: file, rows: 'a bench' });
  return trainingSpecSchema.parse(parse(text));
}
