/** A control plane on one machine's stores, with runs, models and presets that requests can name. */
import { join } from 'node:path';
import { configSchema } from '@trainyard/functions/config';
import { setControlPlane, type ControlPlane } from '@trainyard/functions';
import type { JobLauncher } from '@trainyard/functions/ports/jobLauncher/jobLauncher';
import { openSqliteDocumentStore } from '@trainyard/functions/ports/documentStore/sqliteDocumentStore';
import { openSqliteEventBus } from '@trainyard/functions/ports/eventBus/sqliteEventBus';
import { openDirectoryObjectStore } from '@trainyard/functions/ports/objectStore/directoryObjectStore';
import { newRun, newRunId, paths, runSchema, trainingSpecSchema, type Run } from '@trainyard/shared';
import type { Dice } from './dice.js';
import { TIER } from './repaired.js';
import { watchfulBus, watchfulStore, type Writes } from './watchfulPorts.js';

export const MASTER_SECRET = 'a-master-secret-that-only-the-fuzz-bench-knows';
export const MODELS = ['shop', 'films', 'songs', 'books'] as const;
export const PRESETS = ['purchases', 'small', 'a.b_c-d'] as const;
/** So many runs are named at a time; new ones take their places. */
const RUNS = 40;

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
  runs: Pick<Run, 'runId' | 'attempt'>[] = [];
  private ids = 0;
  private readonly store;
  private readonly bus;

  constructor(folder: string) {
    this.store = openSqliteDocumentStore(join(folder, 'documents.db'));
    this.bus = openSqliteEventBus({ file: join(folder, 'events.db') });
    const plane: ControlPlane = {
      store: watchfulStore(this.store, this.writes),
      bus: watchfulBus(this.bus, this.writes),
      objects: openDirectoryObjectStore(join(folder, 'objects')),
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
      await this.store.transaction(async (tx) => tx.set(paths.run(runId), { ...run }));
      this.runs.push(run);
    }
    this.runs = await Promise.all(this.runs.slice(-RUNS).map(({ runId }) => this.runNow(runId)));
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
