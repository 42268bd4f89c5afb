import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Bench, BenchResult } from '../bench.js';
import { config } from '../environment.js';
import { startEmulators } from '../stores/emulators.js';
import { runExperiment, type ExperimentResult } from './experiment.js';
import { Load } from './load.js';
import type { StoreSettings } from '../stores/storeAndBus.js';
import { printProgress } from '../progress.js';

const SECONDS_TO_REST = 120;
const BAR = `lost, doubled, unfinished and wrong = 0 on each store, seconds_to_rest < ${SECONDS_TO_REST}`;
/** How fast runs are started, so that a few dozen go on at any time. */
const MS_PER_RUN = 300;
/** Processes that keep the machine busy beside the experiment, where that is asked for. */
const BUSY_PROCESSES = 2;
/** Long: a host that was killed in a transaction leaves its locks in Firestore behind for a minute. */
const PEACE_MS = 240_000;

const flagsSchema = z.object({
  runs: z.coerce.number().int().min(1).max(10_000),
  seed: z.coerce.number().int().min(0),
  store: z.enum(['sqlite', 'firestore', 'both']),
  keep: z.boolean(),
  busy: z.boolean(),
});
type Flags = z.infer<typeof flagsSchema>;

export const faults: Bench = {
  name: 'faults',
  claim:
    'no epoch, stage, result or event is lost or doubled while hosts are killed, stores break, and callbacks and messages are dropped, doubled and reordered',
  usage:
    '[--runs 100] [--store sqlite|firestore|both] [--seed 1] [--busy] [--keep]   (--busy: two processes spin beside it; --keep leaves the folders)',
  async run(args): Promise<BenchResult> {
    const { values } = parseArgs({
      args,
      options: {
        runs: { type: 'string', default: '100' },
        seed: { type: 'string', default: '1' },
        store: { type: 'string', default: 'both' },
        keep: { type: 'boolean', default: false },
        busy: { type: 'boolean', default: false },
      },
    });
    const flags = flagsSchema.parse(values);
    const results: ExperimentResult[] = [];
    const skipped: string[] = [];
    if (flags.store !== 'firestore') results.push(await experimentOn({ kind: 'sqlite' }, flags));
    if (flags.store !== 'sqlite') {
      const result = await onEmulators(flags);
      if ('missing' in result) skipped.push(result.missing);
      else results.push(result);
    }
    for (const reason of skipped) printProgress(`the experiment on Firestore is skipped: ${reason}`);
    if (results.length === 0) return { skipped: skipped.join() };
    return summary(results, flags, skipped);
  },
};

async function onEmulators(flags: Flags): Promise<ExperimentResult | { missing: string }> {
  const emulators = await startEmulators();
  if ('missing' in emulators) return emulators;
  const { firestore, pubsub } = emulators;
  try {
    const projectId = 'demo-trainyard-faults';
    return await experimentOn({ kind: 'firestore', projectId, firestore, pubsub }, flags);
  } finally {
    await emulators.stop();
  }
}

async function experimentOn(
  stores: StoreSettings,
  { runs, seed, keep, busy }: Flags,
): Promise<ExperimentResult> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-faults-'));
  printProgress(`${runs} runs on ${stores.kind}, seed ${seed}${keep ? `, in ${folder}` : ''}`);
  const load = new Load(busy ? BUSY_PROCESSES : 0);
  try {
    const result = await runExperiment({
      seed,
      runs,
      spreadMs: runs * MS_PER_RUN,
      folder,
      stores,
      hostProgram: config.faultsHost,
      peaceMs: PEACE_MS,
      onProgress: printProgress,
    });
    const { ends, link, attempts, seconds, secondsToRest, findings } = result;
    printProgress(
      `${stores.kind}: ${seconds} s, ${secondsToRest} s to rest, ${attempts} attempts, ${JSON.stringify({ ends, link })}`,
    );
    for (const { kind, runId, what } of findings) printProgress(`${kind}: ${runId} ${what}`);
    return result;
  } finally {
    await load.stop();
    if (!keep) await removed(folder);
  }
}

/** What an experiment leaves when it fails, such as a trainer that still writes, must not hide why it failed. */
async function removed(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  } catch (error) {
    printProgress(`${folder} could not be removed: ${String(error)}`);
  }
}

function summary(
  results: readonly ExperimentResult[],
  { seed, busy }: Flags,
  skipped: readonly string[],
): BenchResult {
  const sum = (of: (result: ExperimentResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const found = (kind: string) => sum(({ findings }) => findings.filter((one) => one.kind === kind).length);
  const figures = {
    runs: sum(({ runs }) => runs),
    lost: found('lost') + sum(({ outboxLeft }) => outboxLeft),
    doubled: found('doubled'),
    unfinished: found('unfinished'),
    wrong: found('wrong'),
    kills: sum(({ kills }) => kills),
    store_breaks: sum(({ storeBreaks }) => storeBreaks),
    attempts: sum(({ attempts }) => attempts),
    seconds: sum(({ seconds }) => seconds),
    seconds_to_rest: Math.max(...results.map(({ secondsToRest }) => secondsToRest)),
    seed,
    busy_processes: busy ? BUSY_PROCESSES : 0,
    ...(skipped.length > 0 && { firestore: 'skipped' }),
  };
  const faultless = figures.lost + figures.doubled + figures.unfinished + figures.wrong === 0;
  const pass = faultless && figures.seconds_to_rest < SECONDS_TO_REST;
  return { figures, bar: BAR, pass };
}
