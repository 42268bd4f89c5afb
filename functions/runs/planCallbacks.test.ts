import { isTerminal, paths, type Run, type RunCallback } from '@trainyard/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainer, wholeTraining, type TestCallback } from '../../test/support/callbacks.js';
import { newRun } from '../../test/support/newRun.js';
import type { EventContext } from '../events/runEvent.js';
import type { DocumentData } from '../ports/documentStore/documentStore.js';
import type { Write } from '../ports/documentStore/writes.js';
import { comparedRows, planCallbacks, type CallbackPlan, type SentCallback } from './planCallbacks.js';

const NOW = new Date('2026-01-01T00:00:00.000Z');
const NOTHING_STORED = { callbackIds: new Set<string>(), rows: new Map() };

const sent = ({ id, kind, body }: TestCallback): SentCallback => ({
  id,
  // Kind and body of a test callback go together; the compiler cannot follow the union through the copy.
  callback: { type: 'callback', kind, body } as RunCallback,
});

/** Documents by path, as a store has them after the writes. */
type Documents = ReadonlyMap<string, DocumentData>;

function written(documents: Documents, writes: readonly Write[]): Documents {
  const after = new Map(documents);
  for (const write of writes) {
    if (write.kind === 'delete') after.delete(write.path);
    else if (write.kind === 'create' && after.has(write.path)) throw new Error(`${write.path} is there`);
    else after.set(write.path, write.data);
  }
  return after;
}

interface Recorded {
  run: Run;
  documents: Documents;
  plans: readonly CallbackPlan[];
}

/** Plans the batches one after another, each against what the ones before it have written. */
function recorded(batches: readonly (readonly TestCallback[])[], run = newRun(NOW)): Recorded {
  return batches.reduce<Recorded>(
    ({ run: before, documents, plans }, batch) => {
      const callbacks = batch.map(sent);
      const { runId } = before;
      const ids = callbacks.map(({ id }) => id).filter((id) => documents.has(paths.event(runId, id)));
      const rows = comparedRows(runId, callbacks).flatMap((path) => {
        const data = documents.get(path);
        return data ? [[path, data] as const] : [];
      });
      const stored = { callbackIds: new Set(ids), rows: new Map(rows) };
      const plan = planCallbacks(before, stored, callbacks, at(NOW));
      return { run: plan.run, documents: written(documents, plan.writes), plans: [...plans, plan] };
    },
    { run, documents: new Map(), plans: [] },
  );
}

const TRAINING = wholeTraining(4);
const [LAST, ...BEFORE_LAST] = TRAINING.toReversed() as [TestCallback, ...TestCallback[]];

/** All callbacks but the last in any order, each once to three times; then the last. */
const disorder = fc
  .array(fc.constantFrom(...BEFORE_LAST), { maxLength: 2 * BEFORE_LAST.length })
  .chain((repeated) =>
    fc.shuffledSubarray([...BEFORE_LAST, ...repeated], { minLength: BEFORE_LAST.length + repeated.length }),
  )
  .map((list) => [...list, LAST]);

/** The same list in batches of one to six. */
const inBatches = (list: readonly TestCallback[]) =>
  fc
    .array(fc.integer({ min: 1, max: 6 }), { minLength: list.length, maxLength: list.length })
    .map((sizes) => {
      const batches: TestCallback[][] = [];
      for (let from = 0; from < list.length;) {
        const size = sizes[batches.length] ?? 1;
        batches.push(list.slice(from, from + size));
        from += size;
      }
      return batches;
    });

/** A run but for its means and peaks, which count what was heard in time. */
const essence = ({ gpuUse: _use, peakMemory: _peak, ...run }: Run) => run;

const publishedBy = ({ plans }: Recorded) =>
  plans
    .flatMap(({ events }) => events)
    .map(({ type, data: { detail } }) => JSON.stringify({ type, detail }))
    .toSorted();

/** The rows, and that the run is to be a version: what names no order of arrival. */
const tables = ({ documents }: Recorded) =>
  new Map([...documents].filter(([path]) => /\/(epochs|stages|logs)\/|^registrations\//.test(path)));

describe('the plan of callbacks', () => {
  const inOrder = recorded(TRAINING.map((callback) => [callback]));

  it('completes a run and asks for its version when a whole training has come', () => {
    expect(inOrder.run).toMatchObject({ status: 'completed', currentEpoch: 4, result: { epochsTrained: 4 } });
    const { runId, modelId, endedAt } = inOrder.run;
    expect(tables(inOrder).get(paths.registration(runId))).toEqual({ runId, modelId, completedAt: endedAt });
  });

  it('touches documents of its own run only, so that runs of one model never wait for each other', () => {
    const { runId } = inOrder.run;
    const shared = [...inOrder.documents.keys()].filter((path) => !path.includes(runId));
    expect(shared).toEqual([]);
  });

  it('comes to the same run, tables and events in whatever order and however often they arrive before the last', () => {
    fc.assert(
      fc.property(
        disorder.chain((list) => inBatches(list)),
        (batches) => {
          const result = recorded(batches);
          expect(essence(result.run)).toEqual(essence(inOrder.run));
          expect(tables(result)).toEqual(tables(inOrder));
          expect(publishedBy(result)).toEqual(publishedBy(inOrder));
        },
      ),
    );
  });

  it('keeps every row and publishes it once although the end of the run comes first', () => {
    fc.assert(
      fc.property(disorder, (list) => {
        const result = recorded([LAST, ...list].map((callback) => [callback]));
        expect(result.run.status).toBe('completed');
        expect(tables(result)).toEqual(tables(inOrder));
        expect(publishedBy(result)).toEqual(publishedBy(inOrder));
      }),
    );
  });

  it('is the same for one batch as for its callbacks one by one, with no document set twice', () => {
    fc.assert(
      fc.property(disorder, (list) => {
        const together = recorded([list]);
        const apart = recorded(list.map((callback) => [callback]));
        expect(together.run).toEqual(apart.run);
        expect(together.documents).toEqual(apart.documents);
        expect(publishedBy(together)).toEqual(publishedBy(apart));
        const [{ writes, outcomes }] = together.plans as [CallbackPlan];
        expect(new Set(writes.map(({ path }) => path)).size).toBe(writes.length);
        expect(outcomes).toHaveLength(list.length);
      }),
    );
  });

  it('writes each event into the outbox with the change that it tells of', () => {
    for (const { writes, events } of inOrder.plans) {
      const outbox = writes.filter(({ path }) => path.startsWith(`${paths.outbox}/`));
      expect(outbox.map(({ path }) => path)).toEqual(events.map(({ id }) => paths.outboxEvent(id)));
    }
  });

  it('changes neither the run nor the stored state that it is given', () => {
    const run = Object.freeze(newRun(NOW));
    const rows = new Map<string, DocumentData>();
    const callbackIds = new Set<string>();
    planCallbacks(run, { callbackIds, rows }, TRAINING.map(sent), at(NOW));
    expect([rows.size, callbackIds.size]).toEqual([0, 0]);
  });

  it('says of each callback whether it was news, was here before, or speaks for an attempt that is over', () => {
    const says = trainer();
    const [epoch, preempted, late] = [says.epoch(1), says.checkpointed(1, 'preempted'), says.epoch(2)];
    const callbacks = [epoch, epoch, preempted, late].map(sent);
    const { run, outcomes, writes } = planCallbacks(newRun(NOW), NOTHING_STORED, callbacks, at(NOW));
    expect(outcomes).toEqual(['recorded', 'repeated', 'recorded', 'stale']);
    expect(run).toMatchObject({ status: 'pending', attempt: 2 });
    expect(writes.map(({ path }) => path)).not.toContain(paths.epoch(run.runId, 2));
  });

  it('lets the newest attempt have the row of an epoch, and publishes an epoch of one attempt once', () => {
    const [first, second] = [trainer(1), trainer(2)];
    const ended = recorded([[first.epoch(1), first.checkpointed(0, 'preempted')]]);
    expect(ended.run.attempt).toBe(2);
    const again = second.epoch(1);
    const { documents, plans } = recorded([
      [first.epoch(1), first.checkpointed(0, 'preempted')],
      [again],
      [{ ...again, id: 'replayed' }],
    ]);
    expect(documents.get(paths.epoch(ended.run.runId, 1))).toMatchObject({ attempt: 2 });
    const epochs = plans.map(({ events }) => events.filter(({ type }) => type === 'run.epoch.completed'));
    expect(epochs.map(({ length }) => length)).toEqual([1, 1, 0]);
  });

  it('says of a run what its rows say, although an attempt tells an epoch or a stage again and differently', () => {
    const says = trainer();
    const [epoch, stage] = [says.epoch(2), says.stage('ingest')] as [
      TestCallback & { kind: 'epoch-complete' },
      TestCallback & { kind: 'stage-complete' },
    ];
    const warning = { code: 'few-rows', message: 'few', remedy: null, counts: {} };
    const again: TestCallback[] = [
      { ...epoch, id: 'b-1', body: { ...epoch.body, seq: 8, metrics: { loss: 99 } } },
      { ...stage, id: 'b-2', body: { ...stage.body, seq: 9, warnings: [warning] } },
    ];
    for (const batches of [[[epoch, stage, ...again]], [[epoch], [stage], ...again.map((one) => [one])]]) {
      const { run, documents } = recorded(batches);
      expect(documents.get(paths.epoch(run.runId, 2))).toMatchObject({ metrics: epoch.body.metrics });
      expect(run).toMatchObject({ seq: 9, latestMetrics: epoch.body.metrics, warnings: [] });
    }
  });

  it('stops the job of an attempt that has failed for good, and writes what it has cost', () => {
    const job = { tier: 'gpu', name: 'job-1', launchedAt: NOW.toISOString(), usdPerHour: 2 };
    const run = newRun(NOW, { status: 'running', job });
    const later = new Date(NOW.getTime() + 3_600_000);
    const plan = planCallbacks(run, NOTHING_STORED, [sent(trainer().failed(false))], at(later));
    expect(isTerminal(plan.run.status)).toBe(true);
    expect(plan.stopJob).toEqual(job);
    expect(plan.writes).toContainEqual({
      kind: 'set',
      path: paths.spent('2026-01', run.runId),
      data: { runId: run.runId, modelId: run.modelId, usd: 2, endedAt: later.toISOString() },
    });
  });
});

function at(now: Date): EventContext {
  return { now, traceparent: null };
}
