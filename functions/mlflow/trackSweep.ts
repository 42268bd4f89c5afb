/** Writes to MLflow how sweeps end, and that they go on where they are extended. */
import { timeLimit, type SweepEvent } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { readExperiment } from '../experiments/experiments.js';
import { experimentOf, experimentPlace } from './experiments.js';
import { clearSweepMark, readSweepMark, setSweepMark, type MlflowSweepMark } from './mark.js';
import { afterFailure, isRedelivered } from './nextTry.js';
import { NotWrittenError } from './runs.js';
import { ATTEMPT_MS, MlflowError, MlflowServer, type MlflowTarget } from './server.js';
import { storedSweep } from './sweepSource.js';
import { writeSweep } from './sweepRun.js';

export type SweepPorts = Pick<ControlPlane, 'store' | 'log' | 'now'>;

/**
 * Brings the run that stands for the sweep to what the sweep is now, whatever the event said then: so an event that comes late changes
 * nothing, and doing it again neither. @throws where the event should be delivered again.
 */
export async function trackSweep(
  cp: SweepPorts,
  target: MlflowTarget,
  { type, data }: Pick<SweepEvent, 'type' | 'data'>,
): Promise<void> {
  const { sweepId } = data;
  const before = await readSweepMark(cp.store, sweepId);
  const isPaused = before && !isRedelivered(before) && (before.retryAt ?? '') > cp.now().toISOString();
  if (isPaused && type !== 'sweep.tracking.due') return;
  try {
    await write(cp, target, sweepId);
    if (before) await cp.store.optimistic(async (tx) => clearSweepMark(tx, sweepId));
  } catch (error) {
    const mark = await remember(cp, sweepId, error);
    tell(cp, mark, error);
    if (mark.retryAt !== null && isRedelivered(mark))
      throw new Error(`sweep ${sweepId} is still to be written to MLflow: ${mark.reason}`, { cause: error });
  }
}

async function write(cp: SweepPorts, { settings, patience }: MlflowTarget, sweepId: string): Promise<void> {
  const sweep = await storedSweep(cp, sweepId);
  if (!sweep) throw new NotWrittenError(`there is no sweep ${sweepId}`);
  const { modelId, experiment } = sweep;
  const { uri, credentials } = settings;
  const server = new MlflowServer({ ...patience, uri, credentials, signal: timeLimit(ATTEMPT_MS) });
  const said = experiment === null ? undefined : await readExperiment(cp.store, modelId, experiment);
  const experimentId = await experimentOf(server, experimentPlace(settings.experiment, sweep, said));
  await writeSweep(server, experimentId, sweep);
}

function remember(cp: SweepPorts, sweepId: string, error: unknown): Promise<MlflowSweepMark> {
  return cp.store.optimistic(async (tx) => {
    const now = cp.now();
    const found = await readSweepMark(tx, sweepId);
    const mark: MlflowSweepMark = {
      schemaVersion: 1,
      sweepId,
      ...afterFailure(found?.failures ?? 0, error, now),
      updatedAt: now.toISOString(),
    };
    setSweepMark(tx, mark);
    return mark;
  });
}

function tell(cp: SweepPorts, { sweepId, failures, retryAt, reason }: MlflowSweepMark, error: unknown): void {
  const fields = { sweepId, failures, retryAt, reason };
  if (retryAt === null) cp.log('ERROR', 'a sweep is not written to MLflow', fields);
  else
    cp.log(
      'WARNING',
      'a sweep is written to MLflow later',
      error instanceof MlflowError ? fields : { ...fields, error },
    );
}
