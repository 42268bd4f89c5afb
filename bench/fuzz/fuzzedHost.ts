/** A control plane on one machine's stores, with runs, models and presets that requests can name. */
import { join } from 'node:path';
import { configSchema } from '@trainyard/functions/config';
import { setControlPlane, type ControlPlane } from '@trainyard/functions';
import type { JobLauncher } from '@trainyard/functions/ports/jobLauncher/jobLauncher';
import { openSqliteDocumentStore } from '@trainyard/functions/ports/documentStore/sqliteDocumentStore';
import { openSqliteEventBus } from '@trainyard/functions/ports/eventBus/sqliteEventBus';
import { openDirectoryObjectStore } from '@trainyard/functions/ports/objectStore/directoryObjectStore';
import {
  newRun,
  newRunId,
  paths,
  runSchema,
  trainingSpecSchema,
  type ModelManifest,
  type Run,
  type RunResult,
} from '@trainyard/shared';
import type { Dice } from './dice.js';
import { TIER } from './repaired.js';
import { watchfulBus, watchfulStore, type Writes } from './watchfulPorts.js';

export const MASTER_SECRET = 'a-master-secret-that-only-the-fuzz-bench-knows';
export const MODELS = ['shop', 'films', 'songs', 'books'] as const;
export const PRESETS = ['purchases', 'small', 'a.b_c-d'] as const;
/** So many runs are named at a time; new ones take their places. */
const RUNS = 40;
/** What a completed run has left behind, as requests name it. */
export const ARTIFACTS = ['manifest.json', 'a/b.bin'] as const;

const JOBS: JobLauncher = {
  launch: async ({ runId, attempt }) => ({ name: `${runId}-${attempt}` }),
  inspect: async () => ({ state: 'running' }),
  cancel: async () => undefined,
};
const spec = trainingSpecSchema.parse({
  dataset: { source: { uri: 'purchases.csv' } },
  features: {
    query: [{ column: 'user', transform: 'lookup', id: true }],
    candidate: [{ column: 'item', transform: 'lookup', id: true }],
  },
});

export class FuzzedHost {
  /** What the functions have written since the host began. */
  readonly writes: Writes = [];
  /** Errors of ours that the functions have logged. */
  readonly errors: string[] = [];
  /** Given out by lists. */
  readonly cursors: string[] = [];
  /** Sweeps that requests have made. */
  readonly sweeps: string[] = [];
  /** Experiments that requests have made, of whatever model. */
  readonly experiments: string[] = [];
  runs: Pick<Run, 'runId' | 'attempt'>[] = [];
  private ids = 0;
  private readonly store;
  private readonly bus;
  private readonly objects;

  constructor(folder: string) {
    this.store = openSqliteDocumentStore(join(folder, 'documents.db'));
    this.bus = openSqliteEventBus({ file: join(folder, 'events.db') });
    this.objects = openDirectoryObjectStore(join(folder, 'objects'));
    const plane: ControlPlane = {
      store: watchfulStore(this.store, this.writes),
      bus: watchfulBus(this.bus, this.writes),
      objects: this.objects,
      launchers: { jobs: JOBS },
      config: configSchema.parse({
        publicUrl: 'https://trainyard.example',
        masterSecret: MASTER_SECRET,
        auth: 'loopback',
        tiers: [{ name: TIER, launcher: 'jobs', usdPerHour: 2 }],
      }),
      now: () => new Date(),
      newId: () => `id-${++this.ids}`,
      log: (severity, message, fields = {}) => {
        const { error } = fields;
        if (severity === 'ERROR')
          this.errors.push(`${message}: ${error instanceof Error ? error.stack : ''}`);
      },
    };
    setControlPlane(async () => plane);
  }

  /** Runs that wait for a trainer's first word take the places of the oldest; what became of the others is looked up. */
  async refresh(dice: Dice): Promise<void> {
    const now = new Date();
    const job = { tier: TIER, name: 'job', launchedAt: now.toISOString(), usdPerHour: 2 };
    for (let i = 0; i < RUNS / 4; i++) {
      const runId = newRunId();
      const fresh = newRun({
        runId,
        modelId: dice.pick(MODELS),
        runNumber: 1,
        spec,
        requestedBy: 'fuzz',
        now,
      });
      const run = runSchema.parse({ ...fresh, status: 'provisioning', job });
      await this.put(run);
    }
    await this.complete(dice, now);
    this.runs = await Promise.all(this.runs.slice(-RUNS).map(({ runId }) => this.runNow(runId)));
  }

  private async put(run: Run): Promise<void> {
    await this.store.transaction(async (tx) => tx.set(paths.run(run.runId), { ...run }));
    this.runs.push(run);
  }

  /** A run that has left files behind. */
  private async complete(dice: Dice, now: Date): Promise<void> {
    const runId = newRunId();
    const [manifest, file] = ARTIFACTS.map((path) => `runs/${runId}/model/${path}`) as [string, string];
    const listing: ModelManifest = {
      schemaVersion: 1,
      modelVersion: 'shop#1',
      createdAt: now.toISOString(),
      files: [
        { path: ARTIFACTS[1], bytes: 3, sha256: '0'.repeat(64), contentType: 'application/octet-stream' },
      ],
    };
    await this.objects.putIfAbsent(manifest, Buffer.from(JSON.stringify(listing)));
    await this.objects.putIfAbsent(file, Buffer.from('abc'));
    const named = { runId, modelId: dice.pick(MODELS), runNumber: 1 };
    const fresh = newRun({ ...named, spec, requestedBy: 'fuzz', now });
    const result: RunResult = {
      metrics: {},
      baselines: {},
      artifacts: { manifest: this.objects.uri(manifest) },
      epochsTrained: 1,
      bestEpoch: 1,
      earlyStoppedAtEpoch: null,
      backend: 'wasm',
      examplesPerSecond: 1000,
    };
    await this.put(runSchema.parse({ ...fresh, status: 'completed', endedAt: now.toISOString(), result }));
  }

  /** As it is stored. */
  async runNow(runId: string): Promise<Pick<Run, 'runId' | 'attempt'>> {
    return runSchema.parse((await this.store.get(paths.run(runId)))?.data);
  }

  async close(): Promise<void> {
    await this.bus.close();
    await this.store.close();
  }
}
