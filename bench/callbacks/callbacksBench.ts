import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Bench, BenchResult } from '../bench.js';
import { Listeners } from './listeners.js';
import { quantile, sendCallbacks, type LoadOptions } from './load.js';
import { Server } from './server.js';
import { startRun } from './startRun.js';
import type { Memory } from './settings.js';
import type { StoreSettings } from '../stores/storeAndBus.js';
import { startEmulators } from '../stores/emulators.js';
import { printProgress } from '../progress.js';

const PARTS = 5;
const RUNS_PER_MODEL = 10;
const LISTENERS = 5;
/** How much the heap may grow from the first part to the last, in MB. */
const FLAT_MB = 5;
const BAR =
  'per_second ≥ 500 and p99_ms < 200 and listener_p99_ms < 1000 and heap_growth_mb < 5 on the embedded store';

const flagsSchema = z.object({
  runs: z.coerce.number().int().min(1).max(2000),
  rate: z.coerce.number().min(1),
  callbacks: z.coerce.number().int().min(PARTS),
  firestoreCallbacks: z.coerce.number().int().min(0),
});
type Flags = z.infer<typeof flagsSchema>;

export const callbacks: Bench = {
  name: 'callbacks',
  claim:
    'one functions process takes 500 epoch callbacks a second over 200 runs, quickly, with a memory that stays flat',
  usage: '[--runs 200] [--rate 520] [--callbacks 100000] [--firestore-callbacks 4000, 0 for none]',
  async run(args): Promise<BenchResult> {
    const { values } = parseArgs({
      args,
      options: {
        runs: { type: 'string', default: '200' },
        rate: { type: 'string', default: '520' },
        callbacks: { type: 'string', default: '100000' },
        'firestore-callbacks': { type: 'string', default: '4000' },
      },
    });
    const flags = flagsSchema.parse({ ...values, firestoreCallbacks: values['firestore-callbacks'] });
    const embedded = await onServer({ kind: 'sqlite' }, flags.runs, (server, runIds) =>
      steadyLoad(server, runIds, flags),
    );
    const firestore = flags.firestoreCallbacks > 0 ? await onFirestore(flags) : {};
    const pass =
      embedded.per_second >= 500 &&
      embedded.p99_ms < 200 &&
      embedded.listener_p99_ms < 1000 &&
      embedded.heap_growth_mb < FLAT_MB &&
      embedded.refused === 0;
    return { figures: { ...embedded, ...firestore }, bar: BAR, pass };
  },
};

/** Starts a server and its runs, all of which wait for their first callback. */
async function onServer<T>(
  stores: StoreSettings,
  runs: number,
  work: (server: Server, runIds: string[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-callbacks-'));
  const server = await Server.start({ folder, stores });
  try {
    const runIds: string[] = [];
    for (let i = 0; i < runs; i++)
      runIds.push(await startRun(server.url, `model-${Math.floor(i / RUNS_PER_MODEL)}`));
    return await work(server, runIds);
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The claim itself: a warm-up, then the callbacks in parts, with the memory after each. */
async function steadyLoad(server: Server, runIds: string[], { rate, callbacks: count }: Flags) {
  const target = { url: server.url, masterSecret: server.masterSecret, runIds };
  let after = await warmUp(target);
  const listeners = new Listeners(server.url, runIds.slice(0, LISTENERS));
  const memories: Memory[] = [];
  const latencies: number[] = [];
  let [seconds, refused, broken] = [0, 0, 0];
  const cpuBefore = (await server.memory()).cpuSeconds;
  for (let part = 0; part < PARTS; part++) {
    const load = { ...target, perSecond: rate, callbacks: count / PARTS, after };
    const result = await sendCallbacks({ ...load, onDue: (runId, epoch) => listeners.due(runId, epoch) });
    latencies.push(...result.latencies);
    seconds += result.seconds;
    refused += result.refused;
    broken += result.broken;
    after += Math.ceil(count / PARTS / runIds.length);
    memories.push(await server.memory());
    const { heapMb, rssMb } = memories.at(-1) ?? { heapMb: 0, rssMb: 0 };
    printProgress(
      `${latencies.length} callbacks, ${(result.latencies.length / result.seconds).toFixed(0)}/s, ` +
        `p99 ${quantile(result.latencies, 0.99).toFixed(0)} ms, heap ${heapMb} MB, resident ${rssMb} MB`,
    );
  }
  const delays = await listeners.delays();
  const peak = await sendCallbacks({ ...target, perSecond: 0, callbacks: count / 10, after });
  const sorted = latencies.toSorted((a, b) => a - b);
  const [first, last] = [memories[0], memories.at(-1)];
  return {
    runs: runIds.length,
    callbacks: latencies.length,
    per_second: Math.round(latencies.length / seconds),
    p50_ms: Math.round(quantile(sorted, 0.5)),
    p99_ms: Math.round(quantile(sorted, 0.99)),
    max_ms: Math.round(quantile(sorted, 1)),
    listener_p99_ms: Math.round(quantile(delays, 0.99)),
    peak_per_second: Math.round(peak.latencies.length / peak.seconds),
    cpu_ms_per_callback: round((((last?.cpuSeconds ?? 0) - cpuBefore) * 1000) / latencies.length),
    heap_growth_mb: round((last?.heapMb ?? Infinity) - (first?.heapMb ?? 0)),
    heap_mb: last?.heapMb ?? Number.NaN,
    rss_mb: last?.rssMb ?? Number.NaN,
    refused: refused + peak.refused,
    broken: broken + peak.broken,
  };
}

/** For the figures beside: what the Firestore emulator takes at most, and how quick it is at half of that. */
async function onFirestore({
  runs,
  firestoreCallbacks: count,
}: Flags): Promise<Record<string, number | string>> {
  const emulators = await startEmulators();
  if ('missing' in emulators) {
    printProgress(`Firestore is left out: ${emulators.missing}`);
    return { firestore: 'skipped' };
  }
  const { firestore, pubsub } = emulators;
  try {
    const stores = { kind: 'firestore', projectId: 'demo-trainyard-load', firestore, pubsub } as const;
    return await onServer(stores, runs, async (server, runIds) => {
      const target = { url: server.url, masterSecret: server.masterSecret, runIds };
      const after = await warmUp(target);
      const peak = await sendCallbacks({ ...target, perSecond: 0, callbacks: count, after });
      const peakPerSecond = peak.latencies.length / peak.seconds;
      const listeners = new Listeners(server.url, runIds.slice(0, LISTENERS));
      const half = await sendCallbacks({
        ...target,
        perSecond: peakPerSecond / 2,
        callbacks: count,
        after: after + Math.ceil(count / runIds.length),
        onDue: (runId, epoch) => listeners.due(runId, epoch),
      });
      return {
        firestore_peak_per_second: Math.round(peakPerSecond),
        firestore_p50_ms: Math.round(quantile(half.latencies, 0.5)),
        firestore_p99_ms: Math.round(quantile(half.latencies, 0.99)),
        firestore_listener_p99_ms: Math.round(quantile(await listeners.delays(), 0.99)),
        firestore_refused: peak.refused + half.refused,
      };
    });
  } finally {
    await emulators.stop();
  }
}

const WARM_UP = 10;

/** A few callbacks of each run; gives the number of the last epoch. */
async function warmUp(target: Pick<LoadOptions, 'url' | 'masterSecret' | 'runIds'>): Promise<number> {
  await sendCallbacks({ ...target, perSecond: 0, callbacks: WARM_UP * target.runIds.length, after: 0 });
  return WARM_UP;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
