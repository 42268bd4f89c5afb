/** Has runs written to MLflow whose time has come: reconcile asks nobody on the network but the bus. */
import type { RunEvent } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { outboxWrite, publishCommitted } from '../events/outbox.js';
import { eventContext, runEvent } from '../events/runEvent.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { queries } from '../queries.js';
import { readRun } from '../runs/repository.js';
import { mlflowMarkSchema, readMark, setMark } from './mark.js';

/** At each call. */
const PAGE = 50;
/** So long the event has to reach its subscriber before it is published again. */
const AGAIN_MS = 300_000;

/** How many runs were asked for. */
export async function remindOfMlflow(
  cp: Pick<ControlPlane, 'store' | 'bus' | 'log' | 'now' | 'config'>,
): Promise<number> {
  if (!cp.config.mlflow) return 0;
  const due = await cp.store.query(queries.mlflowRunsDue(cp.now().toISOString(), PAGE));
  const events: RunEvent[] = [];
  for (const { data } of due) {
    const event = await dueEvent(cp, mlflowMarkSchema.parse(data).runId);
    if (event) events.push(event);
  }
  await publishCommitted(cp, events);
  return events.length;
}

/** Undefined where somebody else has asked meanwhile, or the run is gone. */
async function dueEvent(
  cp: Pick<ControlPlane, 'store' | 'now'>,
  runId: string,
): Promise<RunEvent | undefined> {
  return cp.store.optimistic(async (tx) => {
    const context = eventContext(cp);
    const [mark, run] = await Promise.all([readMark(tx, runId), readRun(tx, runId)]);
    const now = context.now.toISOString();
    if (!mark || mark.retryAt === null || mark.retryAt > now) return undefined;
    if (!run) {
      setMark(tx, { ...mark, retryAt: null });
      return undefined;
    }
    const retryAt = new Date(context.now.getTime() + AGAIN_MS).toISOString();
    const event = runEvent(
      run,
      `mlflow-${Date.parse(mark.retryAt)}`,
      { type: 'run.tracking.due', detail: {} },
      context,
    );
    setMark(tx, { ...mark, retryAt });
    makeWrites(tx, [outboxWrite(event)]);
    return event;
  });
}
