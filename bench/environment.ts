import { fileURLToPath } from 'node:url';

/** The repository's root, whether this runs from the sources or from `dist`. */
const root = new URL(import.meta.url.includes('/dist/') ? '../../' : '../', import.meta.url);

/** The only place of the benchmarks that reads the environment. */
export const config = {
  /** A Python with TensorFlow, DuckDB and pandas, for the peer. */
  python: process.env['PYTHON'] ?? 'python3',
  /** What started programs inherit. */
  inherited: Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ) as Readonly<Record<string, string>>,
  /** The functions host that the fault experiments kill, built. */
  faultsHost: fileURLToPath(new URL('bench/dist/faults/hostProcess.js', root)),
  /** The process that prepares data, and the trainer, built. */
  prepareProcess: fileURLToPath(new URL('bench/dist/dataPrep/prepareProcess.js', root)),
  trainOnDiskProcess: fileURLToPath(new URL('bench/dist/training/onDiskProcess.js', root)),
  trainMemoryProcess: fileURLToPath(new URL('bench/dist/training/memoryProcess.js', root)),
  trainer: fileURLToPath(new URL('trainer-job/dist/main.js', root)),
  /** What the bundle of the callbacks is made of, built. */
  webhooksEntry: fileURLToPath(new URL('functions/dist/entries/webhooks.js', root)),
  modules: fileURLToPath(new URL('node_modules', root)),
  /** The functions host that callbacks are sent to, built. */
  callbacksServer: fileURLToPath(new URL('bench/dist/callbacks/serverProcess.js', root)),
  examples: fileURLToPath(new URL('examples/', root)),
  /** Online Retail: handed out beside the repository, or downloaded into it. */
  onlineRetailBeside: fileURLToPath(new URL('../shared/data/online-retail.parquet', root)),
  /** Last.fm of HetRec 2011, which is free for research and no part of the repository. */
  lastfmBeside: fileURLToPath(new URL('../shared/data/lastfm-2k.parquet', root)),
  onlineRetailGot: fileURLToPath(new URL('bench/.data/online-retail.parquet', root)),
  openModelProcess: fileURLToPath(new URL('bench/dist/serving/openModelProcess.js', root)),
  faissPeer: fileURLToPath(new URL('bench/peers/faiss_flat.py', root)),
  optunaPeer: fileURLToPath(new URL('bench/peers/optuna_tpe.py', root)),
  /** What `recordProcess` has written. */
  twoTowersTable: fileURLToPath(new URL('bench/search/twoTowers.json', root)),
  kerasPeer: fileURLToPath(new URL('bench/peers/keras_two_tower.py', root)),
  kerasPeerRequirements: fileURLToPath(new URL('bench/peers/requirements.txt', root)),
};
