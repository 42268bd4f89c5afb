import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { TrainyardClient } from '@trainyard/local/client/trainyardClient';
import { startHost } from '@trainyard/local/host/host';
import { openOneMachine } from '@trainyard/local/host/oneMachine';
import { trainerCommand } from '@trainyard/local/host/trainerCommand';
import { backendChoiceSchema } from '@trainyard/trainer-job/settings/variables';
import { isTerminal, METRICS, metricName, trainingSpecSchema, type RunView } from '@trainyard/shared';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Bench, BenchResult } from '../bench.js';
import { ONLINE_RETAIL_MISSING, onlineRetail } from '../data/onlineRetail.js';
import { config } from '../environment.js';
import { printProgress } from '../progress.js';
import { BACKEND_USAGE } from '../training/backend.js';
import { onlineRetailRows } from '../training/onlineRetailRows.js';

/** Of the validation split, which alone decides here: the test split stays unseen. */
const RECALL = metricName(METRICS.recall, 'validation', 100);
const BAR = 0.97;
const MODEL = 'online-retail';
const USER = 'CustomerID';
const POLL_MS = 500;

const flagsSchema = z.object({
  trials: z.coerce.number().int().min(1).max(1000),
  parallel: z.coerce.number().int().min(1).max(100),
  share: z.coerce.number().gt(0).max(1),
  finalists: z.coerce.number().int().min(1).max(30),
  epochs: z.coerce.number().int().min(1),
  seed: z.coerce.number().int().min(0),
  backend: backendChoiceSchema,
  keep: z.boolean(),
});
type Flags = z.infer<typeof flagsSchema>;

export const sweepOnlineRetail: Bench = {
  name: 'sweep-online-retail',
  claim:
    'from the untuned default specification of Online Retail, a sweep of the default space by quick trials, of few epochs and stopped where they fall behind, and the best of its finalized runs, come to the validation recall@100 of the example that was tuned by hand',
  usage: `[--trials 30] [--parallel 2] [--share 1] [--epochs 8] [--finalists 3] [--seed 42] ${BACKEND_USAGE} [--keep]`,
  async run(args): Promise<BenchResult> {
    const { values } = parseArgs({
      args,
      options: {
        trials: { type: 'string', default: '30' },
        parallel: { type: 'string', default: '2' },
        share: { type: 'string', default: '1' },
        epochs: { type: 'string', default: '8' },
        finalists: { type: 'string', default: '3' },
        seed: { type: 'string', default: '42' },
        backend: { type: 'string', default: 'auto' },
        keep: { type: 'boolean', default: false },
      },
    });
    const flags = flagsSchema.parse(values);
    if (!onlineRetail) return { skipped: ONLINE_RETAIL_MISSING };
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-sweep-online-retail-'));
    if (flags.keep) printProgress(`in ${folder}`);
    const host = await startHost({
      directory: folder,
      port: 0,
      openPorts: openOneMachine,
      trainerCommand: trainerCommand(),
      trainerEnvironment: { ...config.inherited, TRAINYARD_BACKEND: flags.backend },
      print: printProgress,
    });
    try {
      return await measured(new TrainyardClient({ url: host.url }), onlineRetail, flags);
    } finally {
      await host.stop();
      if (!flags.keep) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  },
};

async function measured(client: TrainyardClient, rows: string, flags: Flags): Promise<BenchResult> {
  const start = performance.now();
  const { sweepId, counts, best } = await searched(client, rows, flags);
  const searchSeconds = Math.round((performance.now() - start) / 1000);
  printProgress(`the best of the quick trials: ${JSON.stringify(best)}`);
  const recalls = await finalRecalls(client, rows, sweepId, flags);
  const recall = Math.max(...recalls);
  const example = recallOf(await ended(client, await client.start(MODEL, await exampleSpec(rows))));
  const ratio = recall / example;
  return {
    figures: {
      ratio: Number(ratio.toFixed(4)),
      recall_at_100: Number(recall.toFixed(4)),
      example_recall_at_100: Number(example.toFixed(4)),
      final_recalls_at_100: recalls.map((value) => Number(value.toFixed(4))).join(' '),
      best_quick_recall_at_100: Number((best?.value ?? 0).toFixed(4)),
      ...counts,
      share: flags.share,
      epochs: flags.epochs,
      seed: flags.seed,
      search_seconds: searchSeconds,
      seconds: Math.round((performance.now() - start) / 1000),
    },
    bar: `ratio >= ${BAR} on the validation split`,
    pass: ratio >= BAR && counts.completed + counts.pruned + counts.failed === flags.trials,
  };
}

/**
 * The best quick trials, each trained with all epochs and on all rows. Trials whose values lie within a hundredth are alike to a few
 * epochs; which of them is kept is decided on validation, too.
 */
async function finalRecalls(
  client: TrainyardClient,
  rows: string,
  sweepId: string,
  { finalists }: Flags,
): Promise<number[]> {
  const trials = await client.sweepTrials(sweepId);
  const valued = trials.flatMap(({ number, state, value }) =>
    state === 'completed' && value !== null ? [{ number, value }] : [],
  );
  const best = valued.toSorted((a, b) => b.value - a.value).slice(0, finalists);
  const overrides = {
    'dataset.sample': null,
    'training.epochs': trainingSpecSchema.parse(untuned(rows)).training.epochs,
  };
  const recalls: number[] = [];
  for (const { number } of best) {
    const final = await client.finalizeSweep(sweepId, overrides, {
      trial: number,
      repeats: 0,
      baseline: false,
    });
    recalls.push(recallOf(await ended(client, final)));
  }
  return recalls;
}

/** Users and products by their ids, and nothing else that anybody has chosen for these data; the split is that of the example. */
function untuned(rows: string) {
  return {
    dataset: {
      ...onlineRetailRows(rows),
      split: { strategy: 'time', column: 'InvoiceDate', train: 0.8, validation: 0.15, test: 0.05 },
    },
    features: {
      query: [{ column: USER, transform: 'lookup', id: true }],
      candidate: [{ column: 'Description', transform: 'lookup', id: true }],
    },
  } as const;
}

async function exampleSpec(rows: string): Promise<Record<string, unknown>> {
  const example: unknown = parse(await readFile(join(config.examples, 'online-retail.yaml'), 'utf8'));
  const spec = trainingSpecSchema.parse(example);
  return { ...spec, dataset: { ...spec.dataset, source: { uri: rows } } };
}

async function searched(client: TrainyardClient, rows: string, flags: Flags) {
  const spec = untuned(rows);
  const { sweepId } = await client.startSweep(MODEL, {
    name: 'quick trials',
    spec: {
      ...spec,
      dataset: { ...spec.dataset, ...(flags.share < 1 && { sample: { share: flags.share, by: USER } }) },
      training: { epochs: flags.epochs },
    },
    space: 'default',
    objective: RECALL,
    maxTrials: flags.trials,
    maxParallel: flags.parallel,
    pruner: { kind: 'asha', reductionFactor: 2 },
    timeoutSeconds: 86_400,
    seed: flags.seed,
  });
  const told = new Set<number>();
  for (;;) {
    const { endedAt, trials: counts, best } = await client.sweep(sweepId);
    for (const { number, state, value, seconds, parameters, error } of await client.sweepTrials(sweepId)) {
      if (state === 'running' || told.has(number)) continue;
      told.add(number);
      const what = error ? `${error.code}: ${error.message}` : (value ?? 0).toFixed(4);
      printProgress(
        `trial ${number} ${state} ${what} ${(seconds ?? 0).toFixed(1)} s ${JSON.stringify(parameters)}`,
      );
    }
    if (endedAt !== null) return { sweepId, counts, best };
    await pause(POLL_MS);
  }
}

async function ended(client: TrainyardClient, started: RunView): Promise<RunView> {
  let epoch = 0;
  for (;;) {
    const run = await client.get(started.runId);
    if (run.currentEpoch !== epoch) {
      epoch = run.currentEpoch;
      printProgress(
        `${run.name} epoch ${epoch} ${RECALL} ${run.latestMetrics?.[RECALL]?.toFixed(4) ?? 'none yet'}`,
      );
    }
    if (isTerminal(run.status)) return run;
    await pause(POLL_MS);
  }
}

function recallOf({ name, status, error, result }: RunView): number {
  const recall = result?.metrics[RECALL];
  if (recall !== undefined) return recall;
  throw new Error(`${name} is ${status} and has no ${RECALL}: ${error?.message ?? 'no error is known'}`);
}
