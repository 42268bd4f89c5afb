import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setControlPlane } from '@trainyard/functions';
import type { ControlPlane } from '@trainyard/functions/controlPlane';
import { fillSummaries } from '@trainyard/functions/runs/summaries/fillSummaries';
import { startFunctionServer } from '@trainyard/local/host/functionServer';
import { z } from 'zod';
import type { Bench, BenchResult } from '../bench.js';
import { quantile } from '../callbacks/load.js';
import { printProgress } from '../progress.js';
import { startEmulators } from '../stores/emulators.js';
import type { StoreSettings } from '../stores/storeAndBus.js';
import { madeUpRun } from './madeUpRuns.js';
import { runsControlPlane, writeRuns } from './runsControlPlane.js';

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
    const processor = prefixed('processor_', embedded.processor);
    const firestore = flags.firestore ? await onFirestore(flags) : {};
    const pass = milliseconds < MOST_MS && (firestore.firestore_p95_ms ?? 0) < MOST_FIRESTORE_MS;
    return {
      figures: {
        milliseconds,
        ...prefixed('', embedded.p95),
        ...processor,
        ...firstOf('', embedded),
        ...firestore,
      },
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
    const figures = await measured({ kind: 'firestore', projectId: 'demo-runs', firestore, pubsub }, flags);
    return {
      firestore_p95_ms: Math.max(...Object.values(figures.p95)),
      ...prefixed('firestore_', figures.p95),
      ...firstOf('firestore_', figures),
    };
  } finally {
    await emulators.stop();
  }
}

function prefixed(prefix: string, figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}${name}_ms`, value]));
}

function firstOf(prefix: string, { first, filled, cold }: Measured): Record<string, number> {
  return prefixed(prefix, { first, filled, cold });
}

interface Measured {
  /** The 95th percentiles in milliseconds, by the requests. */
  p95: Record<string, number>;
  /** The means of what client and server together take of the processor, which no other load changes. */
  processor: Record<string, number>;
  /** The very first filter, which makes the summaries of the newest runs. */
  first: number;
  /** All calls of reconcile until the summaries of all runs are made. */
  filled: number;
  /** A filter where all summaries are there, and none is in memory. */
  cold: number;
}

async function measured(
  stores: StoreSettings,
  { runs: count, repeats }: z.infer<typeof flagsSchema>,
): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-list-runs-'));
  const cp = await runsControlPlane(stores, folder);
  const { store, bus } = cp;
  const server = await startFunctionServer(0, randomBytes(32).toString('base64url'));
  setControlPlane(() => Promise.resolve(cp));
  try {
    printProgress(`${stores.kind}: ${count} runs are written`);
    await writeRuns(cp, MODEL, count);
    const requests = requestsFor(server.url);
    const { times: first } = await timed([requests.filter ?? '']);
    const begun = performance.now();
    while ((await fillSummaries(cp)) > 0) printProgress(`${stores.kind}: reconcile makes summaries`);
    const filled = Math.round(performance.now() - begun);
    // Another store of the same documents knows no page.
    setControlPlane(() => Promise.resolve({ ...cp, store: anotherStore(store) }));
    const { times: cold } = await timed([requests.filter ?? '']);
    const figures: Measured = {
      p95: {},
      processor: {},
      first: first[0] ?? NaN,
      filled,
      cold: cold[0] ?? NaN,
    };
    for (const [name, url] of Object.entries(requests)) {
      // The first of its kind is compiled, and is not counted.
      await timed([url]);
      const { times, processor } = await timed(Array.from({ length: repeats }, () => url));
      figures.p95[name] = quantile(
        times.toSorted((a, b) => a - b),
        0.95,
      );
      figures.processor[name] = processor;
      printProgress(`${stores.kind}: ${name} ${figures.p95[name]} ms, ${processor} ms of the processor`);
    }
    return figures;
  } finally {
    await server.close();
    await bus.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function anotherStore(store: ControlPlane['store']): ControlPlane['store'] {
  return {
    transaction: (work, askedAt) => store.transaction(work, askedAt),
    optimistic: (work, askedAt) => store.optimistic(work, askedAt),
    get: (path) => store.get(path),
    query: (query) => store.query(query),
    watch: (target, onChange, onError) => store.watch(target, onChange, onError),
    close: () => store.close(),
  };
}

function requestsFor(url: string): Record<string, string> {
  const list = `${url}/api/models/${MODEL}/training-runs`;
  const filter =
    'test_recall_at_100 > 0.3 and params.training.batchSize = 8192 and tags.team = "search" and status = "completed"';
  const some = Array.from({ length: COMPARED }, (_, i) => madeUpRun(MODEL, i + 1).runId);
  return {
    list,
    filter: `${list}?${new URLSearchParams({ filter }).toString()}`,
    order: `${list}?${new URLSearchParams({ orderBy: 'params.training.optimizer.learningRate desc, test_recall_at_100' }).toString()}`,
    compare: `${url}/api/compare?${new URLSearchParams({ runs: some.join(',') }).toString()}`,
  };
}

async function timed(urls: readonly string[]): Promise<{ times: number[]; processor: number }> {
  const times: number[] = [];
  const before = process.cpuUsage();
  for (const url of urls) {
    const start = performance.now();
    const response = await fetch(url);
    const text = await response.text();
    times.push(Math.round((performance.now() - start) * 10) / 10);
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 500)}`);
  }
  const { user, system } = process.cpuUsage(before);
  return { times, processor: Math.round((user + system) / 100 / urls.length) / 10 };
}
