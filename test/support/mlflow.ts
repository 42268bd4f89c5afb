/** An MLflow server, and a control plane that writes to it. */
import { onTestFinished } from 'vitest';
import { epochSchema, paths, type Epoch, type Run } from '@trainyard/shared';
import type { TrainyardEvent } from '@trainyard/shared';
import { runEvent } from '../../functions/events/runEvent.js';
import type { Patience } from '../../functions/mlflow/server.js';
import { track } from '../../functions/mlflow/track.js';
import { testControlPlane, type TestControlPlane } from './controlPlane.js';
import { MlflowStandIn } from './standIns/mlflowStandIn.js';

/** Gone after the test. */
export async function mlflowStandIn(): Promise<MlflowStandIn> {
  const server = new MlflowStandIn();
  await server.start();
  onTestFinished(() => server.stop());
  return server;
}

/** Whoever answers is waited for, however slow the machine is. */
export const IMPATIENT: Patience = { timeoutMs: 20_000, retries: 2, pauseMs: 1 };

export interface Tracker {
  cp: TestControlPlane;
  server: MlflowStandIn;
  /** Delivers an event of the run as it is stored. */
  deliver(
    this: void,
    runId: string,
    type: TrainyardEvent['type'],
    detail?: Record<string, unknown>,
  ): Promise<void>;
}

export async function tracker(
  settings: Record<string, unknown> = {},
  patience: Patience = {},
): Promise<Tracker> {
  const server = await mlflowStandIn();
  const cp = await testControlPlane({ mlflow: { uri: server.endpoint, ...settings } });
  return {
    cp,
    server,
    deliver: async (runId, type, detail = {}) =>
      track(cp, await eventOf(cp, runId, type, detail), { ...IMPATIENT, ...patience }),
  };
}

/** An event of the run as it is stored, or of its model. */
export async function eventOf(
  cp: TestControlPlane,
  runId: string,
  type: TrainyardEvent['type'],
  detail: Record<string, unknown> = {},
): Promise<TrainyardEvent> {
  const context = { now: cp.now(), traceparent: null };
  const made = runEvent(await cp.run(runId), cp.newId(), { type: 'run.started', detail }, context);
  // An event of a model has the id of its run in its data as well.
  return { ...made, type } as TrainyardEvent;
}

export function epochOf(epoch: number, parts: Partial<Epoch> = {}): Epoch {
  return epochSchema.parse({
    epoch,
    attempt: 1,
    metrics: { loss: 6 / epoch, val_loss: 7 / epoch },
    seconds: 2,
    examples: 1000,
    examplesPerSecond: 500,
    at: new Date(Date.UTC(2026, 0, 1, 0, epoch)).toISOString(),
    ...parts,
  });
}

/** Stores epochs, those of newer attempts in the place of older ones. */
export async function putEpochs(
  cp: TestControlPlane,
  { runId }: Pick<Run, 'runId'>,
  ...epochs: Epoch[]
): Promise<void> {
  await cp.store.transaction(async (tx) => {
    for (const epoch of epochs) tx.set(paths.epoch(runId, epoch.epoch), { ...epoch });
  });
}
