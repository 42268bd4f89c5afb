/** A process of its own for the three stages of the data, so that its memory is theirs alone. */
import { join } from 'node:path';
import { defaultsFromEnvironment } from '@trainyard/trainer-job/config';
import { prepare } from '@trainyard/trainer-job/pipeline/prepareStages';
import { tell } from '../trainRun.js';
import { prepareSettingsSchema, type PreparedReport } from './settings.js';

const { spec, cacheRoot } = prepareSettingsSchema.parse(JSON.parse(process.argv[2] ?? ''));
const stages: PreparedReport['stages'] = [];
const start = performance.now();
await prepare({
  spec,
  baseDirectory: '/',
  cacheRoot,
  reportFolder: join(cacheRoot, 'report'),
  now: () => new Date(),
  runId: 'bench',
  cloud: defaultsFromEnvironment().cloud,
  signal: new AbortController().signal,
  beforeEnd: () => () => {},
  onStageStart: () => {},
  onStage: ({ stage, seconds, cacheHit }) => {
    stages.push({ stage, seconds, cacheHit });
    tell(`${stage} ${seconds.toFixed(2)} s${cacheHit ? ', from the cache' : ''}`);
  },
  log: (_level, message) => tell(message),
});
const report: PreparedReport = {
  stages,
  seconds: (performance.now() - start) / 1000,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
};
process.send?.(report);
