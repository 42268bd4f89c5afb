/**
 * What an event makes of a run, decided from data alone: the documents to write, the events to publish, the job to stop. Whoever
 * asked for the plan makes its writes in the transaction that read the run, and has the rest carried out once that is committed.
 */
import {
  isTerminal,
  isWholeRun,
  paths,
  transition,
  type EventType,
  type LifecycleEvent,
  type Registration,
  type Run,
  type TrainyardEvent,
  type RunEventRecord,
  type Transition,
} from '@trainyard/shared';
import { outboxWrite } from '../events/outbox.js';
import { runEvent, type EventContext } from '../events/runEvent.js';
import type { Write } from '../ports/documentStore/writes.js';
import { spendingWrites } from './spending.js';

export interface RunPlan {
  /** The run after it. */
  run: Run;
  /** Whether the run is another one than before. */
  changed: boolean;
  /** The run, a record of the event, the events in the outbox; where it ends, what it has cost, and that it is to be a version. */
  writes: readonly Write[];
  /** To be published once the writes are committed, in order. */
  events: readonly TrainyardEvent[];
  /** To be stopped once the writes are committed. */
  stopJob: Transition['stopJob'];
}

/** The plan that leaves a run as it is. */
export function unchanged(run: Run): RunPlan {
  return { run, changed: false, writes: [], events: [], stopJob: null };
}

/**
 * What `event` makes of a run. The id of the event's cause names its record and the events that follow from it: those of the types
 * `withheld` are left out, as they were published before.
 */
export function planEvent(
  before: Run,
  event: LifecycleEvent,
  causeId: string,
  context: EventContext,
  withheld: readonly EventType[] = [],
): RunPlan {
  const { now } = context;
  const { run, publish: all, stopJob } = transition(before, event, now);
  const changed = run !== before;
  const publish = all.filter(({ type }) => !withheld.includes(type));
  const events = publish.map((entry) => runEvent(run, causeId, entry, context));
  const writes: Write[] = [];
  if (changed) writes.push({ kind: 'set', path: paths.run(run.runId), data: { ...run } });
  if (isTerminal(run.status) && !isTerminal(before.status))
    writes.push(...spendingWrites(run), ...registrationWrites(run));
  if (changed && (publish.length > 0 || isWorthRecord(event))) {
    const data = { ...recordOf(run, event, causeId, publish, now) };
    writes.push({ kind: 'create', path: paths.event(run.runId, causeId), data });
  }
  return { run, changed, writes: [...writes, ...events.map(outboxWrite)], events, stopJob };
}

/** Two plans as one, the second of which begins where the first ends. */
export function inSequence(first: RunPlan, second: RunPlan): RunPlan {
  return {
    run: second.run,
    changed: first.changed || second.changed,
    writes: [...first.writes, ...second.writes],
    events: [...first.events, ...second.events],
    stopJob: second.stopJob ?? first.stopJob,
  };
}

/**
 * What runs of a model share, its document and its versions, is no part of the transaction that ends one of them: each would wait
 * for all others. `registerVersions` makes the version.
 */
function registrationWrites(run: Run): Write[] {
  const { runId, modelId, status, endedAt, updatedAt } = run;
  // What was trained to learn something is nothing to be served.
  if (status !== 'completed' || !isWholeRun(run)) return [];
  const registration: Registration = { runId, modelId, completedAt: endedAt ?? updatedAt };
  return [{ kind: 'set', path: paths.registration(runId), data: registration }];
}

/** Heartbeats, log lines and claims come too often to be remembered one by one, and each job ends. */
function isWorthRecord(event: LifecycleEvent): boolean {
  if (event.type === 'callback') return event.kind !== 'heartbeat' && event.kind !== 'log';
  return event.type !== 'claimed' && event.type !== 'unwantedJobEnded';
}

function recordOf(
  run: Run,
  event: LifecycleEvent,
  id: string,
  publish: Transition['publish'],
  now: Date,
): RunEventRecord {
  const callback = event.type === 'callback' ? event : undefined;
  return {
    id,
    at: now.toISOString(),
    what: callback?.kind ?? event.type,
    attempt: callback?.body.attempt ?? ('attempt' in event ? event.attempt : run.attempt),
    seq: callback?.body.seq ?? null,
    status: run.status,
    published: publish.map(({ type }) => type),
  };
}
