/** Plans of runs, written and carried out. */
import type { EventType, LifecycleEvent, Run } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { endsWithin } from '../endsWithin.js';
import { publishCommitted } from '../events/outbox.js';
import { eventContext } from '../events/runEvent.js';
import { inTurn } from '../inTurn.js';
import type { Transaction } from '../ports/documentStore/documentStore.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { instruments } from '../telemetry/metrics.js';
import { registerVersions } from './registerVersions.js';
import { readRun } from './repository.js';
import { planEvent, unchanged, type RunPlan } from './runPlan.js';
import { launcherOf } from './tiers.js';

/** What carrying out a plan takes. */
export type PlanPorts = Pick<ControlPlane, 'store' | 'bus' | 'launchers' | 'config' | 'log' | 'now'>;

/** What recording an event that did not come from the trainer takes. */
export type LifecyclePorts = PlanPorts & Pick<ControlPlane, 'newId'>;

/**
 * Applies an event that did not come from the trainer, and carries out what follows from it. `decide` sees the run inside the
 * transaction and returns the event, or undefined to leave the run as it is. Undefined for an unknown run.
 */
export async function recordLifecycle(
  cp: LifecyclePorts,
  runId: string,
  decide: (run: Run) => LifecycleEvent | undefined,
): Promise<RunPlan | undefined> {
  const causeId = cp.newId();
  return changeRun(cp, runId, async (_tx, run) => {
    if (!run) return undefined;
    const event = decide(run);
    return event ? planEvent(run, event, causeId, eventContext(cp)) : unchanged(run);
  });
}

/**
 * Plans with the run as it is in a transaction, and with what else `plan` reads of it; makes the writes there, and carries out the
 * rest once they are committed. Transactions of one run take turns within a process, so that none makes another begin again. They hold
 * no lock, which an instance that is killed would leave behind for a minute: a plan writes what it must find unchanged.
 */
export async function changeRun<P extends RunPlan | undefined>(
  cp: PlanPorts,
  runId: string,
  plan: (tx: Transaction, run: Run | undefined) => Promise<P>,
): Promise<P> {
  const planned = await inTurn(`run ${runId}`, (askedAt) =>
    cp.store.optimistic(async (tx) => {
      const decided = await plan(tx, await readRun(tx, runId));
      if (decided) makeWrites(tx, decided.writes);
      return decided;
    }, askedAt),
  );
  if (planned) await carryOut(cp, planned);
  return planned;
}

/**
 * Publishes, makes a version of a run that is completed, and stops a job that nobody wants any more. What fails here, or takes too
 * long, is made good by `reconcile`.
 */
async function carryOut(cp: PlanPorts, { run, events, stopJob }: RunPlan): Promise<void> {
  const begun = performance.now();
  if (events.some(({ type }) => ENDS.has(type))) noteEnd(cp, run);
  await publishCommitted(cp, events);
  if (events.some(({ type }) => type === 'run.completed'))
    await registerSoon(cp, run, PATIENCE_MS - (performance.now() - begun));
  if (!stopJob) return;
  try {
    await launcherOf(cp, stopJob.tier).cancel(stopJob.name);
  } catch (error) {
    cp.log('WARNING', 'a job could not be stopped', { runId: run.runId, job: stopJob.name, error });
  }
}

/** How long a trainer waits for what follows from the end of its run. */
const PATIENCE_MS = 2_000;

/** The version is there before the answer, unless that would keep the trainer waiting: then it comes later. */
async function registerSoon(cp: PlanPorts, { runId, modelId }: Run, patienceMs: number): Promise<void> {
  const later = (error?: unknown) =>
    cp.log('WARNING', 'a completed run becomes a version later', { runId, modelId, error });
  try {
    if (!(await endsWithin(Math.max(0, patienceMs), registerVersions(cp, modelId), later))) later();
  } catch (error) {
    later(error);
  }
}

const ENDS: ReadonlySet<EventType> = new Set(['run.completed', 'run.failed', 'run.cancelled']);

function noteEnd(
  cp: Pick<ControlPlane, 'log'>,
  { runId, modelId: model, status, error, createdAt, endedAt }: Run,
): void {
  const { runsEnded, runSeconds } = instruments();
  const code = status === 'failed' ? (error?.code ?? 'none') : 'none';
  runsEnded.add(1, { model, status, error: code });
  cp.log('INFO', 'a run ended', { runId, modelId: model, status, ...(status === 'failed' && { code }) });
  if (endedAt) runSeconds.record((Date.parse(endedAt) - Date.parse(createdAt)) / 1000, { status });
}
