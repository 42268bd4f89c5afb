/** The control plane on one machine's stores, in a folder of its own; the test holds its clock, its jobs and its faults. */
import { cp as copy, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSchema, trainingSpecSchema, paths, type Run, type TrainingSpecInput } from '@trainyard/shared';
import type { z } from 'zod';
import { onTestFinished } from 'vitest';
import { configSchema } from '../../functions/config.js';
import type { ControlPlane } from '../../functions/controlPlane.js';
import { setControlPlane } from '../../functions/currentControlPlane.js';
import type { LogFields, Severity } from '../../functions/log.js';
import type { DocumentData, DocumentStore } from '../../functions/ports/documentStore/documentStore.js';
import { openSqliteDocumentStore } from '../../functions/ports/documentStore/sqliteDocumentStore.js';
import { openSqliteEventBus } from '../../functions/ports/eventBus/sqliteEventBus.js';
import { openDirectoryObjectStore } from '../../functions/ports/objectStore/directoryObjectStore.js';
import { openSqlite } from '../../functions/ports/sqlite.js';
import { startRun } from '../../functions/runs/createRun.js';
import { FakeLauncher } from './fakeLauncher.js';
import { FaultyBus, FaultyStore } from './faults.js';
import { EXAMPLE_SPEC } from './newRun.js';
import { temporaryFolder } from './temporaryFolder.js';

export const MASTER_SECRET = 'a-master-secret-that-only-tests-know';
export const START = new Date('2026-01-01T00:00:00.000Z');
export const TIERS = [
  { name: 'small', launcher: 'fake', maxWaitSeconds: 60, maxAttemptSeconds: 3600 },
  { name: 'large', launcher: 'fake', maxWaitSeconds: 120, maxAttemptSeconds: 7200 },
];

interface LogEntry {
  severity: Severity;
  message: string;
  fields: LogFields;
}

export interface TestControlPlane extends ControlPlane {
  store: FaultyStore;
  bus: FaultyBus;
  /** Of every tier. */
  launcher: FakeLauncher;
  logged: LogEntry[];
  /** Moves the clock, which stands still otherwise. */
  pass(seconds: number): void;
  /** Every stored document by its path. */
  documents(): Record<string, DocumentData>;
  /** The stored run. */
  run(runId: string): Promise<Run>;
  /** Writes a run as it is. */
  put(...runs: Run[]): Promise<void>;
  /** Requests a run of the example specification. */
  request(spec?: Partial<TrainingSpecInput>): Promise<Run>;
  /** All that it has stored, for planes that begin as it is now. */
  keep(): Promise<KeptPlane>;
}

/** What a control plane had stored at a moment; it outlasts the test, and ends with the test run. */
export interface KeptPlane {
  folder: string;
  time: number;
  ids: number;
}

/** Gone after the test. The functions of this process use it until the next one is made. It begins empty unless one was kept, or documents are given. */
export async function testControlPlane(
  config: Partial<z.input<typeof configSchema>> = {},
  kept?: KeptPlane,
  documents?: DocumentStore,
): Promise<TestControlPlane> {
  const folder = await temporaryFolder();
  if (kept) await copy(kept.folder, folder, { recursive: true });
  const [file, events] = [join(folder, 'documents.db'), join(folder, 'events.db')];
  const store = new FaultyStore(documents ?? openSqliteDocumentStore(file));
  const bus = new FaultyBus(openSqliteEventBus({ file: events }));
  const reader = openSqlite(file);
  onTestFinished(async () => {
    reader.close();
    await Promise.all([store.close(), bus.close()]);
  });
  const launcher = new FakeLauncher();
  const logged: LogEntry[] = [];
  let [time, ids] = kept ? [kept.time, kept.ids] : [START.getTime(), 0];
  const plane: TestControlPlane = {
    store,
    bus,
    objects: openDirectoryObjectStore(join(folder, 'objects')),
    launcher,
    launchers: { fake: launcher },
    config: configSchema.parse({
      publicUrl: 'https://trainyard.example',
      masterSecret: MASTER_SECRET,
      auth: 'loopback',
      tiers: TIERS,
      leaseSeconds: 30,
      settleSeconds: 5,
      ...config,
    }),
    now: () => new Date(time),
    newId: () => `id-${String(++ids).padStart(6, '0')}`,
    log: (severity, message, fields = {}) => void logged.push({ severity, message, fields }),
    logged,
    pass: (seconds) => void (time += seconds * 1000),
    documents() {
      const rows = reader.prepare('SELECT path, data FROM documents ORDER BY path').all() as {
        path: string;
        data: string;
      }[];
      return Object.fromEntries(rows.map(({ path, data }) => [path, JSON.parse(data) as DocumentData]));
    },
    run: async (runId) => runSchema.parse((await store.get(paths.run(runId)))?.data),
    put: (...runs) =>
      store.transaction(async (tx) => {
        for (const run of runs) tx.set(paths.run(run.runId), { ...run });
      }),
    request: async (spec = {}) => {
      const { run } = await startRun(
        plane,
        {
          modelId: 'demo',
          spec: trainingSpecSchema.parse({ ...EXAMPLE_SPEC, ...spec }),
          requestedBy: 'test',
        },
        () => undefined,
      );
      return run;
    },
    async keep() {
      const place = await mkdtemp(join(tmpdir(), 'trainyard-kept-'));
      reader.prepare('VACUUM INTO ?').run(join(place, 'documents.db'));
      const published = openSqlite(events);
      published.prepare('VACUUM INTO ?').run(join(place, 'events.db'));
      published.close();
      await mkdir(join(folder, 'objects'), { recursive: true });
      await copy(join(folder, 'objects'), join(place, 'objects'), { recursive: true });
      return { folder: place, time, ids };
    },
  };
  setControlPlane(async () => plane);
  return plane;
}
