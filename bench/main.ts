import type { Bench } from './bench.js';
import { resultLine } from './bench.js';
import { callbacks } from './callbacks/callbacksBench.js';
import { coldStart } from './startup/coldStartBench.js';
import { dataPrep } from './dataPrep/dataPrepBench.js';
import { evaluateScale } from './training/evaluateScaleBench.js';
import { epochToPage } from './page/epochToPageBench.js';
import { exportShare } from './recommend/exportShareBench.js';
import { faults } from './faults/faultsBench.js';
import { fuzz } from './fuzz/fuzzBench.js';
import { baselines } from './baselines/baselinesBench.js';
import { coldUsers } from './training/coldUsersBench.js';
import { get, GET_USAGE } from './data/get.js';
import { listRuns } from './runs/listRunsBench.js';
import { logqOnlineRetail } from './training/logqOnlineRetailBench.js';
import { intervalCoverage } from './evaluation/intervalCoverageBench.js';
import { init } from './training/initBench.js';
import { pageLoad } from './page/pageLoadBench.js';
import { recallLastfm } from './training/recallLastfmBench.js';
import { recallOnlineRetail } from './training/recallOnlineRetailBench.js';
import { asha } from './search/ashaBench.js';
import { tpeVsRandom } from './search/tpeVsRandomBench.js';
import { sweepFaults } from './sweeps/sweepFaultsBench.js';
import { sweepOnlineRetail } from './sweeps/sweepOnlineRetailBench.js';
import { recommendAll } from './recommend/recommendAllBench.js';
import { recommenderImport } from './startup/recommenderImportBench.js';
import { openModel } from './serving/openModelBench.js';
import { serveExact } from './serving/serveExactBench.js';
import { serveHnsw } from './serving/serveHnswBench.js';
import { stageCache } from './dataPrep/stageCacheBench.js';
import { stepVsCatalogue } from './training/stepVsCatalogueBench.js';
import { stopAndSave } from './training/stopAndSaveBench.js';
import { trainMemory } from './training/trainMemoryBench.js';
import { trainOnDisk } from './training/trainOnDiskBench.js';
import { trainVsKeras } from './peers/trainVsKerasBench.js';
import { trainWorkers } from './training/trainWorkersBench.js';
import { wholeRun } from './training/wholeRunBench.js';

const BENCHES: readonly Bench[] = [
  dataPrep,
  stageCache,
  recallOnlineRetail,
  recallLastfm,
  init,
  logqOnlineRetail,
  coldUsers,
  baselines,
  trainVsKeras,
  trainWorkers,
  wholeRun,
  stepVsCatalogue,
  evaluateScale,
  trainMemory,
  stopAndSave,
  trainOnDisk,
  intervalCoverage,
  tpeVsRandom,
  asha,
  faults,
  sweepFaults,
  sweepOnlineRetail,
  callbacks,
  listRuns,
  coldStart,
  recommenderImport,
  serveExact,
  serveHnsw,
  openModel,
  recommendAll,
  exportShare,
  epochToPage,
  pageLoad,
  fuzz,
];

const HELP = `npm run bench -- NAME [flags]   runs one claim; its last line is one line of JSON
npm run bench -- --list         names the claims
${GET_USAGE}

${BENCHES.map(helpOf).join('\n')}
`;

function helpOf({ name, claim, usage }: Bench): string {
  return `${name}${usage ? ` ${usage}` : ''}\n    ${claim}`;
}

async function main([name, ...args]: string[]): Promise<number> {
  if (name === '--list') {
    process.stdout.write(`${BENCHES.map((bench) => bench.name).join('\n')}\n`);
    return 0;
  }
  if (name === 'get') return get(args);
  const bench = BENCHES.find((candidate) => candidate.name === name);
  if (!bench) {
    const asked = name === undefined || name === '--help';
    process.stderr.write(asked ? HELP : `there is no benchmark "${name}"\n\n${HELP}`);
    return asked ? 0 : 2;
  }
  if (args.includes('--help')) {
    process.stderr.write(`npm run bench -- ${helpOf(bench)}\n`);
    return 0;
  }
  const result = await bench.run(args);
  process.stdout.write(`${resultLine(bench.name, result)}\n`);
  return 'skipped' in result || result.pass ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
