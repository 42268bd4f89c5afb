/** Has runs and sweeps written to MLflow whose time has come: reconcile asks nobody on the network but the bus. */
import { later, type RunEvent, type SweepEvent } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { outboxWrite, publishCommitted } from '../events/outbox.js';
import { eventContext, runEvent } from '../events/runEvent.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { queries } from '../queries.js';
import { readRun } from '../runs/repository.js';
import { readSweep } from '../sweeps/documents.js';
import { sweepEvent } from '../sweeps/sweepEvent.js';
import {
  clearSweepMark,
  mlflowMarkSchema,
  mlflowSweepMarkSchema,
  readMark,
  readSweepMark,
  setMark,
  setSweepMark,
} from './mark.js';

/** At each call. */
const PAGE = 50;
/** So long the event has to reach its subscriber before it is published again. */
const AGAIN_MS = 300_000;

/** How many runs and sweeps were asked for. */
export async function remindOfMlflow(
  cp: Pick<ControlPlane, 'store' | 'bus' | 'log' | 'now' | 'config'>,
): Promise<number> {
  if (!cp.config.mlflow) return 0;
  const due = await cp.store.query(queries.mlflowRunsDue(cp.now().toISOString(), PAGE));
  const events: (RunEvent | SweepEvent)[] = [];
  for (const { data } of due) {
    const sweep = mlflowSweepMarkSchema.safeParse(data).data;
    const event = sweep
      ? await dueSweepEvent(cp, sweep.sweepId)
      : await dueEvent(cp, mlflowMarkSchema.parse(data).runId);
    if (event) events.push(event);
  }
  await publishCommitted(cp, events);
  return events.length;
}

type DuePorts = Pick<ControlPlane, 'store' | 'now'>;

/** Undefined where somebody else has asked meanwhile, or the run is gone. */
async function dueEvent(cp: DuePorts, runId: string): Promise<RunEvent | undefined> {
  return cp.store.optimistic(async (tx) => {
    const context = eventContext(cp);
    const [mark, run] = await Promise.all([readMark(tx, runId), readRun(tx, runId)]);
    const cause = dueCause(mark, context.now);
    if (!mark || cause === undefined) return undefined;
    if (!run) {
      setMark(tx, { ...mark, retryAt: null });
      return undefined;
    }
    const event = runEvent(run, cause, { type: 'run.tracking.due', detail: {} }, context);
    setMark(tx, { ...mark, retryAt: later(context.now, AGAIN_MS) });
    makeWrites(tx, [outboxWrite(event)]);
    return event;
  });
}

/** The same of a sweep. */
async function dueSweepEvent(cp: DuePorts, sweepId: string): Promise<SweepEvent | undefined> {
  return cp.store.optimistic(async (tx) => {
    const now = cp.now();
    const [mark, sweep] = await Promise.all([readSweepMark(tx, sweepId), readSweep(tx, sweepId)]);
    const cause = dueCause(mark, now);
    if (!mark || cause === undefined) return undefined;
    if (!sweep) {
      clearSweepMark(tx, sweepId);
      return undefined;
    }
    const event = sweepEvent(sweep, cause, { type: 'sweep.tracking.due', detail: {} }, now);
    setSweepMark(tx, { ...mark, retryAt: later(now, AGAIN_MS) });
    makeWrites(tx, [outboxWrite(event)]);
    return event;
  });
}

/** What the event is named by; undefined where it is not time. */
function dueCause(mark: { retryAt: string | null } | undefined, now: Date): string | undefined {
  const retryAt = mark?.retryAt ?? null;
  return retryAt === null || retryAt > now.toISOString() ? undefined : `mlflow-${Date.parse(retryAt)}`;
}
