import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newRun } from '../../test/support/newRun.js';
import type { Epoch, Run } from '../runs/run.js';
import { runSchema } from '../runs/run.js';
import { isTerminal, STAGES } from '../runs/status.js';
import type { LifecycleEvent } from './lifecycleEvent.js';
import { commandFor, mergeEpoch, transition } from './transition.js';

const START = new Date('2026-01-01T00:00:00.000Z');
const instant = (seconds: number) => new Date(START.getTime() + seconds * 1000);
const error = { code: 'lost', message: 'gone', stage: null, remedy: null };

/** An event as it may arrive, its attempt counted back from the run's so that older attempts speak, too. */
type Arriving = (attempt: number) => LifecycleEvent;

const seq = fc.integer({ min: 1, max: 20 });
const epoch = fc.integer({ min: 1, max: 6 });
const metrics = fc.integer({ min: 0, max: 9 }).map((loss) => ({ loss }));
const sentAt = START.toISOString();

const callback: fc.Arbitrary<Arriving> = fc.oneof(
  fc.record({ seq, stage: fc.constantFrom(...STAGES) }).map(({ seq: n, stage }): Arriving => (attempt) => ({
    type: 'callback',
    kind: 'heartbeat',
    body: {
      attempt,
      seq: n,
      sentAt,
      stage,
      progress: { fraction: 0, step: null, totalSteps: null, examplesPerSecond: null },
      resources: null,
    },
  })),
  fc.record({ seq, stage: fc.constantFrom(...STAGES) }).map(({ seq: n, stage }): Arriving => (attempt) => ({
    type: 'callback',
    kind: 'stage-complete',
    body: {
      attempt,
      seq: n,
      sentAt,
      stage,
      seconds: 1,
      cacheHit: false,
      counts: {},
      detail: '',
      warnings: [],
    },
  })),
  fc.record({ seq, epoch, metrics }).map(({ seq: n, epoch: e, metrics: m }): Arriving => (attempt) => ({
    type: 'callback',
    kind: 'epoch-complete',
    body: { attempt, seq: n, sentAt, epoch: e, metrics: m, seconds: 1, examples: 1, examplesPerSecond: 1 },
  })),
  fc
    .record({
      seq,
      epoch,
      final: fc.boolean(),
      reason: fc.constantFrom('periodic', 'stopped', 'preempted', 'timeLimit', 'prepared'),
    })
    .map(({ seq: n, epoch: e, final, reason }): Arriving => (attempt) => ({
      type: 'callback',
      kind: 'checkpointed',
      body: { attempt, seq: n, sentAt, uri: `file:///checkpoints/${e}`, epoch: e, final, reason },
    })),
  fc.record({ seq, retriable: fc.boolean() }).map(({ seq: n, retriable }): Arriving => (attempt) => ({
    type: 'callback',
    kind: 'failed',
    body: { attempt, seq: n, sentAt, error, retriable },
  })),
  seq.map((n): Arriving => (attempt) => ({
    type: 'callback',
    kind: 'completed',
    body: {
      attempt,
      seq: n,
      sentAt,
      result: {
        metrics: { val_loss: 1 },
        baselines: {},
        artifacts: {},
        epochsTrained: 6,
        bestEpoch: 6,
        earlyStoppedAtEpoch: null,
        backend: 'cpu',
        examplesPerSecond: 1,
      },
    },
  })),
);

const other: fc.Arbitrary<Arriving> = fc.oneof(
  fc.constantFrom('a', 'b').map((holder): Arriving => (attempt) => ({
    type: 'claimed',
    attempt,
    holder,
    expiresAt: instant(60).toISOString(),
  })),
  fc.nat(2).map((job): Arriving => (attempt) => ({
    type: 'launched',
    attempt,
    job: { tier: 'gpu', name: `job-${attempt}-${job}`, launchedAt: sentAt, usdPerHour: 2 },
  })),
  fc.nat(2).map((tierIndex): Arriving => (attempt) => ({
    type: 'tierUnavailable',
    attempt,
    tierIndex,
    tierCount: 3,
    reason: 'stock-out',
  })),
  fc.constantFrom<Arriving>(
    (attempt) => ({ type: 'lost', attempt, error }),
    (attempt) => ({ type: 'launchRejected', attempt, error }),
    (attempt) => ({ type: 'jobEnded', attempt }),
    () => ({ type: 'cancelRequested' }),
    () => ({ type: 'budgetExceeded', error }),
    () => ({ type: 'deadlinePassed' }),
  ),
  fc.nat(2).map((job): Arriving => (attempt) => ({
    type: 'unwantedJobEnded',
    name: `job-${attempt}-${job}`,
  })),
);

/** Arrivals in any order, with repetitions, from the current attempt or up to two before it. */
const arrivals = fc.array(
  fc.record({
    arriving: fc.oneof({ weight: 3, arbitrary: callback }, { weight: 1, arbitrary: other }),
    back: fc.nat(2),
  }),
  { maxLength: 60 },
);

interface RunAndEpochs {
  run: Run;
  epochs: Map<number, Epoch>;
}

/** Applies an arrival as the functions do: the run by `transition`, the epoch table by `mergeEpoch`. */
function arrive(state: RunAndEpochs, event: LifecycleEvent, seconds: number): RunAndEpochs {
  const { run } = transition(state.run, event, instant(seconds));
  const epochs = new Map(state.epochs);
  if (
    event.type === 'callback' &&
    event.kind === 'epoch-complete' &&
    event.body.attempt === state.run.attempt
  ) {
    const {
      attempt,
      epoch: number,
      metrics: m,
      seconds: s,
      examples,
      examplesPerSecond,
      sentAt: at,
    } = event.body;
    const row = { epoch: number, attempt, metrics: m, seconds: s, examples, examplesPerSecond, at };
    epochs.set(number, mergeEpoch(epochs.get(number), row));
  }
  return { run, epochs };
}

/** Arrivals at a run that begins in the phase. */
function playFrom(phase: Run['phase']) {
  return (
    list: readonly { arriving: Arriving; back: number }[],
    check: (before: RunAndEpochs, event: LifecycleEvent, after: RunAndEpochs) => void = () => {},
    start: RunAndEpochs & { seconds: number } = {
      run: newRun(START, { phase }),
      epochs: new Map(),
      seconds: 0,
    },
  ): RunAndEpochs => {
    let state: RunAndEpochs = { run: start.run, epochs: start.epochs };
    list.forEach(({ arriving, back }, i) => {
      const event = arriving(Math.max(1, state.run.attempt - back));
      const next = arrive(state, event, start.seconds + i);
      check(state, event, next);
      state = next;
    });
    return state;
  };
}

const withoutStopping = (run: Run) => ({ ...run, stopping: null, updatedAt: null });
const attemptOf = (event: LifecycleEvent, run: Run) =>
  event.type === 'callback' ? event.body.attempt : 'attempt' in event ? event.attempt : run.attempt;

describe.each([
  ['one job', null],
  ['a job for the data and one for the rest', 'prepare'],
] as const)(
  'of a run of %s, any order of events, with losses, repetitions and older voices,',
  (_jobs, phase) => {
    const play = playFrom(phase);

    it('never changes a terminal run, but for the jobs that are to be gone', () => {
      fc.assert(
        fc.property(arrivals, (list) => {
          play(list, (before, event, after) => {
            if (!isTerminal(before.run.status)) return;
            if (event.type === 'launched' || event.type === 'unwantedJobEnded')
              expect(withoutStopping(after.run)).toEqual(withoutStopping(before.run));
            else expect(after.run).toBe(before.run);
          });
        }),
      );
    });

    it('keeps hold of every job that was launched until the platform says that it is gone', () => {
      fc.assert(
        fc.property(arrivals, (list) => {
          const [launched, alive] = [new Set<string>(), new Set<string>()];
          play(list, (before, event, { run }) => {
            if (event.type === 'launched' && !launched.has(event.job.name)) {
              // A platform starts a job once; told again, its launch is no news.
              launched.add(event.job.name);
              alive.add(event.job.name);
            }
            if (event.type === 'unwantedJobEnded') alive.delete(event.name);
            if (event.type === 'jobEnded' && before.run.status === 'cancelling' && run !== before.run)
              alive.delete(before.run.job?.name ?? '');
            const current = isTerminal(run.status) ? null : run.job;
            const stopping = run.stopping?.jobs.map(({ job }) => job) ?? [];
            const held = new Set([current, ...stopping].map((job) => job?.name));
            expect([...alive].filter((name) => !held.has(name))).toEqual([]);
          });
        }),
      );
    });

    it('changes nothing by a callback of an older attempt, and tells it to stop', () => {
      fc.assert(
        fc.property(arrivals, (list) => {
          play(list, (before, event, after) => {
            if (attemptOf(event, before.run) === before.run.attempt) return;
            expect({ ...after, run: withoutStopping(after.run) }).toEqual({
              ...before,
              run: withoutStopping(before.run),
            });
            expect(commandFor(after.run, attemptOf(event, before.run))).toBe('stop');
          });
        }),
      );
    });

    it('never takes the current epoch or the number of callbacks back within an attempt, nor the attempt at all', () => {
      fc.assert(
        fc.property(arrivals, (list) => {
          play(list, (before, _event, after) => {
            expect(after.run.attempt).toBeGreaterThanOrEqual(before.run.attempt);
            expect(after.run.attempt - before.run.attempt).toBeLessThanOrEqual(1);
            if (after.run.attempt > before.run.attempt) return;
            expect(after.run.currentEpoch).toBeGreaterThanOrEqual(before.run.currentEpoch);
            expect(after.run.seq).toBeGreaterThanOrEqual(before.run.seq);
          });
        }),
      );
    });

    it('never prepares the data again by a job of its own once that is over', () => {
      fc.assert(
        fc.property(arrivals, (list) => {
          play(list, (before, _event, after) => {
            if (after.run.phase === before.run.phase) return;
            expect(before.run.phase).toBe('prepare');
            expect(after.run).toMatchObject({
              status: 'pending',
              attempt: before.run.attempt + 1,
              tierIndex: 0,
            });
          });
        }),
      );
    });

    it('stores an epoch once, by the newest attempt', () => {
      fc.assert(
        fc.property(arrivals, (list) => {
          const newest = new Map<number, number>();
          const { epochs } = play(list, (before, event) => {
            if (event.type !== 'callback' || event.kind !== 'epoch-complete') return;
            if (event.body.attempt === before.run.attempt) newest.set(event.body.epoch, event.body.attempt);
          });
          expect(new Map([...epochs].map(([number, row]) => [number, row.attempt]))).toEqual(newest);
        }),
      );
    });

    it('ends every run once its deadline has passed', () => {
      fc.assert(
        fc.property(arrivals, (list) => {
          const { run } = play(list);
          const late = new Date(Date.parse(run.deadlineAt));
          expect(isTerminal(transition(run, { type: 'deadlinePassed' }, late).run.status)).toBe(true);
        }),
      );
    });

    it('goes on from what was stored after any prefix as if it had never stopped, and gives the prefix the same state again', () => {
      fc.assert(
        fc.property(arrivals, fc.nat(60), (list, cut) => {
          const [prefix, rest] = [list.slice(0, cut), list.slice(cut)];
          const { run, epochs } = play(prefix);
          const stored = runSchema.parse(JSON.parse(JSON.stringify(run)));
          expect(play(prefix)).toEqual({ run: stored, epochs });
          expect(play(rest, undefined, { run: stored, epochs, seconds: prefix.length })).toEqual(play(list));
        }),
      );
    });

    it('means the same once or twice in a row, but for the time it was heard', () => {
      fc.assert(
        fc.property(arrivals, (list) => {
          play(list, (before, event, after) => {
            // A claim that came before the time of a retry may be granted later.
            if (event.type === 'claimed' && before.run.retryAt !== null) return;
            const again = arrive(after, event, 59);
            const untimed = ({ run, epochs }: RunAndEpochs) => ({
              run: { ...run, lastCallbackAt: null, updatedAt: null, cost: null },
              epochs,
            });
            expect(untimed(again)).toEqual(untimed(after));
          });
        }),
      );
    });

    it('never spends more retries than the specification allows', () => {
      fc.assert(
        fc.property(arrivals, (list) => {
          const { run } = play(list);
          expect(run.retriesUsed).toBeLessThanOrEqual(run.spec.compute.maxRetries);
        }),
      );
    });

    it('always leaves a document that its schema accepts, well below the limit of 100 KB', () => {
      fc.assert(
        fc.property(arrivals, (list) => {
          const { run } = play(list);
          expect(runSchema.parse(run)).toEqual(run);
          expect(JSON.stringify(run).length).toBeLessThan(100_000);
        }),
        { numRuns: 30 },
      );
    });
  },
);
