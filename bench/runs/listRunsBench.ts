import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { configSchema, setControlPlane } from '@trainyard/functions';
import type { ControlPlane } from '@trainyard/functions/controlPlane';
import { openDirectoryObjectStore } from '@trainyard/functions/ports/objectStore/directoryObjectStore';
import { startFunctionServer } from '@trainyard/local/host/functionServer';
import { inParallel, newModel, newRunId, paths, type Run } from '@trainyard/shared';
import { z } from 'zod';
import type { Bench, BenchResult } from '../bench.js';
import { quantile } from '../callbacks/load.js';
import { printProgress } from '../progress.js';
import { startEmulators } from '../stores/emulators.js';
import { openStoreAndBus, type StoreSettings } from '../stores/storeAndBus.js';
import { madeUpRuns } from './madeUpRuns.js';

const [MOST_MS, MOST_FIRESTORE_MS] = [200, 1000];
const BAR = `milliseconds < ${MOST_MS} and, where there are emulators, firestore_p95_ms < ${MOST_FIRESTORE_MS}`;
const MODEL = 'shop';
const COMPARED = 100;

const flagsSchema = z.object({
  runs: z.coerce.number().int().min(COMPARED).max(100_000),
  repeats: z.coerce.number().int().min(1),
  firestore: z.boolean(),
});

export const listRuns: Bench = {
  name: 'list-runs',
  claim: `of ten thousand runs, a list, one that is filtered, one that is ordered and a comparison of ${COMPARED} each take less than ${MOST_MS} ms`,
  usage: '[--runs 10000] [--repeats 20] [--no-firestore]',
  async run(args): Promise<BenchResult> {
    const { values } = parseArgs({
      args,
      allowNegative: true,
      options: {
        runs: { type: 'string', default: '10000' },
        repeats: { type: 'string', default: '20' },
        firestore: { type: 'boolean', default: true },
      },
    });
    const flags = flagsSchema.parse(values);
    const embedded = await measured({ kind: 'sqlite' }, flags);
    const milliseconds = Math.max(...Object.values(embedded.p95));
    const firestore = flags.firestore ? await onFirestore(flags) : {};
    const pass = milliseconds < MOST_MS && (firestore.firestore_p95_ms ?? 0) < MOST_FIRESTORE_MS;
    return {
      figures: { milliseconds, ...prefixed('', embedded.p95), first_ms: embedded.first, ...firestore },
      bar: BAR,
      pass,
    };
  },
};

async function onFirestore(flags: z.infer<typeof flagsSchema>): Promise<Record<string, number>> {
  const emulators = await startEmulators();
  if ('missing' in emulators) {
    printProgress(`not measured on Firestore: ${emulators.missing}`);
    return {};
  }
  try {
    const { firestore, pubsub } = emulators;
    const { p95, first } = await measured(
      { kind: 'firestore', projectId: 'demo-runs', firestore, pubsub },
      flags,
    );
    return {
      firestore_p95_ms: Math.max(...Object.values(p95)),
      ...prefixed('firestore_', p95),
      firestore_first_ms: first,
    };
  } finally {
    await emulators.stop();
  }
}

function prefixed(prefix: string, figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}${name}_ms`, value]));
}

/** The 95th percentiles in milliseconds, and what the very first filter takes, which fills in the summaries of all runs. */
async function measured(
  stores: StoreSettings,
  { runs: count, repeats }: z.infer<typeof flagsSchema>,
): Promise<{ p95: Record<string, number>; first: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-list-runs-'));
  const { store, bus } = await openStoreAndBus(stores, {
    documents: join(folder, 'documents.db'),
    events: { file: join(folder, 'events.db') },
  });
  const cp: ControlPlane = {
    store,
    bus,
    objects: openDirectoryObjectStore(join(folder, 'objects')),
    launchers: {},
    config: configSchema.parse({
      publicUrl: 'http://127.0.0.1',
      masterSecret: randomBytes(32).toString('base64url'),
      auth: 'loopback',
      tiers: [{ name: 'local', launcher: 'process' }],
    }),
    now: () => new Date(),
    newId: newRunId,
    log: () => undefined,
  };
  const server = await startFunctionServer(0, randomBytes(32).toString('base64url'));
  setControlPlane(() => Promise.resolve(cp));
  try {
    printProgress(`${stores.kind}: ${count} runs are written`);
    const runs = madeUpRuns(MODEL, count);
    await write(cp, runs);
    const requests = requestsFor(server.url, runs);
    const [first] = await timed([requests.filter ?? '']);
    printProgress(`${stores.kind}: the first filter took ${first} ms`);
    const p95: Record<string, number> = {};
    for (const [name, url] of Object.entries(requests)) {
      const times = await timed(Array.from({ length: repeats + 1 }, () => url));
      p95[name] = quantile(
        times.slice(1).toSorted((a, b) => a - b),
        0.95,
      );
      printProgress(`${stores.kind}: ${name} ${p95[name]} ms`);
    }
    return { p95, first: first ?? Number.NaN };
  } finally {
    await server.close();
    await bus.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function requestsFor(url: string, runs: readonly Run[]): Record<string, string> {
  const list = `${url}/api/models/${MODEL}/training-runs`;
  const filter =
    'test_recall_at_100 > 0.3 and params.training.batchSize = 8192 and tags.team = "search" and status = "completed"';
  const some = runs.slice(0, COMPARED).map(({ runId }) => runId);
  return {
    list,
    filter: `${list}?${new URLSearchParams({ filter }).toString()}`,
    order: `${list}?${new URLSearchParams({ orderBy: 'params.training.optimizer.learningRate desc, test_recall_at_100' }).toString()}`,
    compare: `${url}/api/compare?${new URLSearchParams({ runs: some.join(',') }).toString()}`,
  };
}

async function timed(urls: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const url of urls) {
    const start = performance.now();
    const response = await fetch(url);
    const text = await response.text();
    times.push(Math.round((performance.now() - start) * 10) / 10);
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 500)}`);
  }
  return times;
}

const PER_COMMIT = 100;

async function write({ store }: ControlPlane, runs: readonly Run[]): Promise<void> {
  const parts = Array.from({ length: Math.ceil(runs.length / PER_COMMIT) }, (_, i) =>
    runs.slice(i * PER_COMMIT, (i + 1) * PER_COMMIT),
  );
  await inParallel(parts, 4, (part) =>
    store.transaction(async (tx) => {
      for (const run of part) tx.set(paths.run(run.runId), { ...run });
    }),
  );
  const model = { ...newModel(MODEL, new Date()), lastRunNumber: runs.length };
  await store.transaction(async (tx) => tx.set(paths.model(MODEL), model));
}
