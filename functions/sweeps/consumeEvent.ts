/** What a sweep does with the events of its trials, and with those of its own. */
import { epochSchema as rowSchema, type TrainyardEvent } from '@trainyard/shared';
import { z } from 'zod';
import { advanceSweep } from './advance.js';
import { readSweep } from './documents.js';
import { noteEpoch, settleTrial, type SweepPorts } from './trials.js';

/** What an epoch's event tells that a sweep goes by; of another version's trainer it may tell more. */
const epochSchema = z.object({
  epoch: rowSchema.shape.epoch,
  metrics: rowSchema.shape.metrics,
  byTies: rowSchema.shape.byTies,
});
const ENDS: ReadonlySet<string> = new Set(['run.completed', 'run.failed', 'run.cancelled']);

/** An event of the sweep itself, or of a run that is a trial of it; any other is none of its business. */
export async function consumeEvent(cp: SweepPorts, { type, data }: TrainyardEvent): Promise<void> {
  if (data.kind === 'sweep') return advanceSweep(cp, data.sweepId);
  if (data.kind !== 'run' || data.sweepId === undefined || data.trial === undefined) return;
  const { sweepId, runId, trial: number, detail } = data;
  const epoch = type === 'run.epoch.completed' ? epochSchema.safeParse(detail).data : undefined;
  // Pub/Sub delivers whatever a trial's run says: nothing is read for the rest of it.
  if (!epoch && !ENDS.has(type)) return;
  const sweep = await readSweep(cp.store, sweepId);
  if (!sweep) return;
  if (epoch) return noteEpoch(cp, sweep, { number, runId, ...epoch });
  await settleTrial(cp, sweep, number, runId);
  await advanceSweep(cp, sweepId);
}
