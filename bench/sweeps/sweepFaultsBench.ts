import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Bench, BenchResult } from '../bench.js';
import { config } from '../environment.js';
import { printProgress } from '../progress.js';
import { startEmulators } from '../stores/emulators.js';
import type { StoreSettings } from '../stores/storeAndBus.js';
import { runSweepExperiment, type SweepResult } from './sweepExperiment.js';

const BAR =
  'on each store: trials = maxTrials, lost = 0, doubled = 0, wrong = 0, most_parallel <= maxParallel, pruned > 0, over_usd <= running_usd';
/** After the last fault; a host that was killed in a transaction leaves its locks in Firestore behind for a minute. */
const PEACE_MS = 300_000;

const flagsSchema = z.object({
  trials: z.coerce.number().int().min(1).max(10_000),
  parallel: z.coerce.number().int().min(1).max(100),
  seed: z.coerce.number().int().min(0),
  store: z.enum(['sqlite', 'firestore', 'both']),
  keep: z.boolean(),
});
type Flags = z.infer<typeof flagsSchema>;

export const sweepFaults: Bench = {
  name: 'sweep-faults',
  claim:
    'a sweep has exactly as many trials as were asked for, each once and with one run, stops those that fall behind, and exceeds its budget by no more than the trials that run, while hosts are killed, stores break, and events are dropped, doubled and reordered',
  usage: '[--trials 1000] [--parallel 20] [--store sqlite|firestore|both] [--seed 1] [--keep]',
  async run(args): Promise<BenchResult> {
    const { values } = parseArgs({
      args,
      options: {
        trials: { type: 'string', default: '1000' },
        parallel: { type: 'string', default: '20' },
        seed: { type: 'string', default: '1' },
        store: { type: 'string', default: 'both' },
        keep: { type: 'boolean', default: false },
      },
    });
    const flags = flagsSchema.parse(values);
    const results: SweepResult[] = [];
    let missing: string | undefined;
    if (flags.store !== 'firestore') results.push(await experimentOn({ kind: 'sqlite' }, flags));
    if (flags.store !== 'sqlite') {
      const result = await onEmulators(flags);
      if ('missing' in result) missing = result.missing;
      else results.push(result);
    }
    if (missing !== undefined) printProgress(`the experiment on Firestore is skipped: ${missing}`);
    if (results.length === 0) return { skipped: missing ?? 'no store was asked for' };
    return summary(results, flags, missing);
  },
};

async function onEmulators(flags: Flags): Promise<SweepResult | { missing: string }> {
  const emulators = await startEmulators();
  if ('missing' in emulators) return emulators;
  const { firestore, pubsub } = emulators;
  try {
    const projectId = 'demo-trainyard-sweep-faults';
    return await experimentOn({ kind: 'firestore', projectId, firestore, pubsub }, flags);
  } finally {
    await emulators.stop();
  }
}

async function experimentOn(
  stores: StoreSettings,
  { trials, parallel, seed, keep }: Flags,
): Promise<SweepResult> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-sweep-faults-'));
  printProgress(
    `${trials} trials on ${stores.kind}, ${parallel} at a time, seed ${seed}${keep ? `, in ${folder}` : ''}`,
  );
  try {
    const result = await runSweepExperiment({
      seed,
      trials,
      parallel,
      folder,
      stores,
      hostProgram: config.faultsHost,
      peaceMs: PEACE_MS,
      onProgress: printProgress,
    });
    for (const what of result.findings) printProgress(what);
    return result;
  } finally {
    if (!keep) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function summary(
  results: readonly SweepResult[],
  { trials, parallel, seed }: Flags,
  missing?: string,
): BenchResult {
  const sum = (of: (result: SweepResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const figures = {
    trials: sum((result) => result.trials),
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    wrong: sum(({ findings, lost, doubled }) => findings.length - lost - doubled),
    failed: sum(({ failed }) => failed),
    pruned: sum(({ pruned }) => pruned),
    most_parallel: Math.max(...results.map(({ mostParallel }) => mostParallel)),
    budget_trials: sum(({ budget }) => budget.trials),
    budget_usd: dollars(sum(({ budget }) => budget.usd)),
    spent_usd: dollars(sum(({ budget }) => budget.spentUsd)),
    over_usd: dollars(sum(({ budget }) => budget.overUsd)),
    running_usd: dollars(sum(({ budget }) => budget.runningUsd)),
    kills: sum(({ kills }) => kills),
    store_breaks: sum(({ storeBreaks }) => storeBreaks),
    seconds: sum(({ seconds }) => seconds),
    seed,
    ...(missing !== undefined && { firestore: 'skipped' }),
  };
  const pass =
    figures.trials === trials * results.length &&
    figures.most_parallel <= parallel &&
    results.every(({ findings, pruned }) => findings.length === 0 && pruned > 0);
  return { figures, bar: BAR, pass };
}

const dollars = (usd: number) => Number(usd.toFixed(4));
