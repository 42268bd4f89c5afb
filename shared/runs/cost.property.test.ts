import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newRun as testRun } from '../../test/support/newRun.js';
import { usdUntil } from './cost.js';
import type { Run } from './run.js';
import type { LifecycleEvent } from '../lifecycle/lifecycleEvent.js';
import { transition } from '../lifecycle/transition.js';

/** Late in a month, so that runs go on into the next ones. */
const START = Date.parse('2026-01-31T20:00:00.000Z');
const instant = (seconds: number) => new Date(START + Math.round(seconds * 1000));
const error = { code: 'lost', message: 'gone', stage: null, remedy: null };

/** Attempts of a run, each with how long it ran, its price, and when in between something was heard of it. */
const attempts = fc.array(
  fc.record({
    pause: fc.integer({ min: 1, max: 50_000 }),
    seconds: fc.integer({ min: 1, max: 500_000 }),
    usdPerHour: fc.integer({ min: 1, max: 40 }).map((quarters) => quarters / 4),
    heard: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
    isRepeated: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
);
type Attempts = typeof attempts extends fc.Arbitrary<infer T> ? T : never;

function heartbeat(attempt: number, seq: number): LifecycleEvent {
  const progress = { fraction: 0, step: null, totalSteps: null, examplesPerSecond: null };
  const body = {
    attempt,
    seq,
    sentAt: instant(0).toISOString(),
    stage: 'train' as const,
    progress,
    resources: null,
  };
  return { type: 'callback', kind: 'heartbeat', body };
}

/** Plays the attempts, what was heard in any order of its times, and tells of each moment. */
function play(list: Attempts, maxUsd?: number, look: (run: Run) => void = () => {}): Run {
  const first = testRun(instant(0));
  const compute = { ...first.spec.compute, maxRetries: 100, ...(maxUsd !== undefined && { maxUsd }) };
  let run: Run = { ...first, spec: { ...first.spec, compute } };
  let now = 0;
  const happen = (event: LifecycleEvent, at: number, isRepeated = false) => {
    for (let i = 0; i < (isRepeated ? 2 : 1); i++) run = transition(run, event, instant(at)).run;
    look(run);
  };
  for (const [i, { pause, seconds, usdPerHour, heard, isRepeated }] of list.entries()) {
    const attempt = i + 1;
    if (run.attempt !== attempt || run.status !== 'pending') break;
    now += pause;
    const job = { tier: 'l4', name: `job-${attempt}`, launchedAt: instant(now).toISOString(), usdPerHour };
    happen({ type: 'launched', attempt, job }, now, isRepeated);
    heard.forEach((share, seq) => happen(heartbeat(attempt, seq + 1), now + share * seconds, isRepeated));
    now += seconds;
    happen({ type: 'lost', attempt, error }, now);
  }
  return run;
}

const closedForm = (list: Attempts) =>
  list.reduce((sum, { seconds, usdPerHour }) => sum + (seconds / 3600) * usdPerHour, 0);

describe('the cost of a run', () => {
  it('is that of all its attempts together, whenever and however often something was heard of them', () => {
    fc.assert(
      fc.property(attempts, (list) => {
        expect(play(list).cost?.usd).toBeCloseTo(closedForm(list), 6);
      }),
    );
  });

  it('is the sum of its months, and never goes back', () => {
    fc.assert(
      fc.property(attempts, (list) => {
        let before = 0;
        play(list, undefined, ({ cost }) => {
          const months = Object.values(cost?.byMonth ?? {});
          expect(months.reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(cost?.usd ?? 0, 6);
          expect(cost?.usd ?? 0).toBeGreaterThanOrEqual(before);
          before = cost?.usd ?? 0;
        });
      }),
    );
  });

  it('stops the run at the first moment that it is heard of with its budget spent', () => {
    fc.assert(
      fc.property(attempts, fc.integer({ min: 1, max: 200 }), (list, maxUsd) => {
        const run = play(list, maxUsd, ({ status, cost, error: why }) => {
          if ((cost?.usd ?? 0) < maxUsd) return;
          expect(['cancelling', 'cancelled']).toContain(status);
          expect(why?.code).toBe('budget-exceeded');
        });
        if (closedForm(list) < maxUsd - 1e-6) expect(run.status).toBe('pending');
      }),
    );
  });
});

describe('a month', () => {
  it('has the part of the cost that falls into it', () => {
    // Four hours of January and two days of February at 1.80 an hour, the rest of a run that was lost then.
    const job = { tier: 'l4', name: 'job', launchedAt: instant(0).toISOString(), usdPerHour: 1.8 };
    const { run } = transition(
      testRun(instant(0), { status: 'running', job }),
      { type: 'lost', attempt: 1, error },
      new Date('2026-02-03T00:00:00.000Z'),
    );
    expect(run.cost?.byMonth['2026-01']).toBeCloseTo(4 * 1.8, 9);
    expect(run.cost?.byMonth['2026-02']).toBeCloseTo(48 * 1.8, 9);
    expect(run.cost?.usd).toBeCloseTo(52 * 1.8, 9);
  });

  it('has what a running job has cost until now, though nothing was heard of it', () => {
    const job = { tier: 'l4', name: 'job', launchedAt: instant(0).toISOString(), usdPerHour: 3.6 };
    expect(usdUntil(testRun(instant(0), { job }), instant(1000))).toBeCloseTo(1, 9);
    expect(usdUntil(testRun(instant(0)), instant(1000))).toBe(0);
  });
});
