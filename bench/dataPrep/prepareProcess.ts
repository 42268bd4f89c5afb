/** A process of its own for the three stages of the data, so that its memory is theirs alone. */
import { prepareHere } from './prepareHere.js';
import { printProgress } from '../progress.js';
import { prepareSettingsSchema, type PreparedReport } from './settings.js';

const { spec, folder } = prepareSettingsSchema.parse(JSON.parse(process.argv[2] ?? ''));
const stages: PreparedReport['stages'] = [];
const start = performance.now();
const { encodedFolder } = await prepareHere(spec, folder, ({ stage, seconds, cacheHit }) => {
  stages.push({ stage, seconds, cacheHit });
  printProgress(`${stage} ${seconds.toFixed(2)} s${cacheHit ? ', from the cache' : ''}`);
});
const report: PreparedReport = {
  stages,
  seconds: (performance.now() - start) / 1000,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
  encodedFolder,
};
process.send?.(report);
