import type { Bench } from './bench.js';
import { resultLine } from './bench.js';
import { callbacks } from './callbacksBench.js';
import { coldStart } from './coldStartBench.js';
import { dataPrep } from './dataPrepBench.js';
import { faults } from './faultsBench.js';
import { fuzz } from './fuzzBench.js';
import { logqOnlineRetail } from './logqOnlineRetail.js';
import { recallOnlineRetail } from './recallOnlineRetail.js';
import { recommenderImport } from './recommenderImportBench.js';
import { stageCache } from './stageCacheBench.js';
import { stepVsCatalogue } from './stepVsCatalogueBench.js';
import { stopAndSave } from './stopAndSaveBench.js';
import { trainMemory } from './trainMemoryBench.js';
import { trainOnDisk } from './trainOnDiskBench.js';
import { trainVsKeras } from './trainVsKeras.js';
import { trainWorkers } from './trainWorkersBench.js';
import { wholeRun } from './wholeRunBench.js';

const BENCHES: readonly Bench[] = [
  dataPrep,
  stageCache,
  recallOnlineRetail,
  logqOnlineRetail,
  trainVsKeras,
  trainWorkers,
  wholeRun,
  stepVsCatalogue,
  trainMemory,
  stopAndSave,
  trainOnDisk,
  faults,
  callbacks,
  coldStart,
  recommenderImport,
  fuzz,
];

const HELP = `npm run bench -- NAME [flags]   runs one claim; its last line is one line of JSON
npm run bench -- --list         names the claims

${BENCHES.map(({ name, claim, usage }) => `${name}${usage ? ` ${usage}` : ''}\n    ${claim}`).join('\n')}
`;

async function main([name, ...args]: string[]): Promise<number> {
  if (name === '--list') {
    process.stdout.write(`${BENCHES.map((bench) => bench.name).join('\n')}\n`);
    return 0;
  }
  const bench = BENCHES.find((candidate) => candidate.name === name);
  if (!bench || args.includes('--help')) {
    const asked = name === undefined || name === '--help' || args.includes('--help');
    process.stderr.write(asked ? HELP : `there is no benchmark "${name}"\n\n${HELP}`);
    return asked ? 0 : 2;
  }
  const result = await bench.run(args);
  process.stdout.write(`${resultLine(bench.name, result)}\n`);
  return 'skipped' in result || result.pass ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
