/** What a sweep does with the events of its trials, and with those of its own. */
import { metricsSchema, type RunEventType, type Sweep, type TrainyardEvent } from '@trainyard/shared';
import { z } from 'zod';
import { advanceSweep } from './advance.js';
import { readSweep } from './documents.js';
import { noteEpoch, settleTrial, type SweepPorts } from './trials.js';

const epochSchema = z.object({ epoch: z.int().min(1), metrics: metricsSchema });
const ENDS: ReadonlySet<RunEventType> = new Set(['run.completed', 'run.failed', 'run.cancelled']);

type TrialEvent = { number: number; runId: string; type: RunEventType; detail: Record<string, unknown> };

/** An event of the sweep itself, or of a run that is a trial of it; any other is none of its business. */
export async function consumeEvent(cp: SweepPorts, { type, data }: TrainyardEvent): Promise<void> {
  if (data.kind === 'sweep') return advanceSweep(cp, data.sweepId);
  if (data.kind !== 'run' || data.sweepId === undefined || data.trial === undefined) return;
  const sweep = await readSweep(cp.store, data.sweepId);
  if (!sweep) return;
  const { runId, trial: number, detail } = data;
  // A run's event has a run's type.
  await onTrialEvent(cp, sweep, { number, runId, type: type as RunEventType, detail });
}

async function onTrialEvent(cp: SweepPorts, sweep: Sweep, event: TrialEvent): Promise<void> {
  const { number, runId, type, detail } = event;
  if (type === 'run.epoch.completed') {
    const epoch = epochSchema.safeParse(detail);
    if (epoch.success) await noteEpoch(cp, sweep, { number, runId, ...epoch.data });
    return;
  }
  if (!ENDS.has(type)) return;
  await settleTrial(cp, sweep, number, runId);
  await advanceSweep(cp, sweep.sweepId);
}
