/** Whatever goes wrong on the way, a run is there once in the end, with each point once. */
import type { TrainyardEvent } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import type { DocumentStore } from '../../functions/ports/documentStore/documentStore.js';
import { readMark } from '../../functions/mlflow/mark.js';
import { remindOfMlflow } from '../../functions/mlflow/remind.js';
import { track, type TrackPorts } from '../../functions/mlflow/track.js';
import { randomFor } from '../../trainer-job/model/random.js';
import { endedRun } from '../support/endedRun.js';
import { newRun } from '../support/newRun.js';
import { START } from '../support/controlPlane.js';
import { epochOf, eventOf, IMPATIENT, putEpochs, tracker, type Tracker } from '../support/mlflow.js';
import type { Fault } from '../support/standIns/mlflowStandIn.js';

const RUN = newRun(START).runId;
const EPOCHS = 12;
const FAULTS: readonly (Fault | undefined)[] = [
  'drop',
  'lose',
  { status: 500 },
  { status: 503 },
  { status: 429, headers: { 'retry-after': '0' } },
  { status: 404, body: '<html>a proxy</html>' },
];

/** A writer that is killed after so many uses of its store: from then on it changes nothing there. */
function mortal(cp: TrackPorts, uses: number): TrackPorts {
  let left = uses;
  const alive = <T>(work: () => Promise<T>): Promise<T> => {
    left -= 1;
    return left < 0 ? Promise.reject(new Error('killed')) : work();
  };
  const store: Pick<DocumentStore, 'get' | 'query' | 'optimistic'> = {
    get: (path) => alive(() => cp.store.get(path)),
    query: (query) => alive(() => cp.store.query(query)),
    optimistic: (work, askedAt) => alive(() => cp.store.optimistic(work, askedAt)),
  };
  return { ...cp, store: { ...cp.store, ...store } };
}

/** Delivers an event to a writer that may be killed on its way. */
async function deliver({ cp }: Tracker, type: TrainyardEvent['type'], uses: number): Promise<void> {
  const event = await eventOf(cp, RUN, type);
  // What it throws has it delivered again, as this test does all the time.
  await track(mortal(cp, uses), event, { ...IMPATIENT, retries: 1 }).catch(() => undefined);
}

describe('faults of every kind', () => {
  it.each(Array.from({ length: 12 }, (_, seed) => [seed]))(
    'leave each point once (seed %i)',
    async (seed) => {
      const random = randomFor(seed, 'mlflow-faults');
      const tracked = await tracker();
      const { cp, server } = tracked;
      server.fault = () => (random() < 0.2 ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined);
      await cp.put(newRun(START, { status: 'running', startedAt: START.toISOString() }));
      // Epochs come in any order, some are told of twice, at once, or not at all.
      const order = Array.from({ length: EPOCHS }, (_, i) => i + 1).toSorted(() => random() - 0.5);
      for (const epoch of order) {
        await putEpochs(cp, { runId: RUN }, epochOf(epoch));
        const events = Array.from({ length: Math.floor(random() * 3) }, () => 'run.epoch.completed' as const);
        await Promise.all(
          events.map((type) =>
            deliver(tracked, type, random() < 0.3 ? 1 + Math.floor(random() * 8) : Infinity),
          ),
        );
        cp.pass(random() < 0.5 ? 5 : 400);
      }
      await cp.put(endedRun('failed'));
      await deliver(tracked, 'run.failed', Infinity);
      server.fault = () => undefined;
      // Reconcile brings the rest, however much there is.
      for (let minute = 0; minute < 10; minute += 1) {
        cp.pass(3600);
        if ((await remindOfMlflow(cp)) > 0) await deliver(tracked, 'run.tracking.due', Infinity);
      }
      const mark = await readMark(cp.store, RUN);
      expect(mark).toMatchObject({ state: 'written', retryAt: null });
      const there = server.runOf(RUN);
      expect(there.status).toBe('FAILED');
      const steps = server.points(RUN, 'val_loss').map(({ step }) => step);
      expect(steps).toEqual(Array.from({ length: EPOCHS }, (_, i) => i + 1));
    },
  );
});
