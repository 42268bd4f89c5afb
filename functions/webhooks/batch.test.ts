import { callbackAnswerSchema, MAX_BATCH, newRunId, STAGES } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { signed, trainer, wholeTraining, type TestCallback } from '../../test/support/callbacks.js';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { newRun } from '../../test/support/newRun.js';
import { readLog } from '../runs/logLines.js';
import { listEpochs, listStages } from '../runs/repository.js';

/** A launched run at that attempt, and requests that bring it batches, signed by the attempt that speaks. */
async function withBatches(attempt = 1) {
  const cp = await testControlPlane();
  const job = { tier: 'small', name: 'job', launchedAt: cp.now().toISOString(), usdPerHour: null };
  const run = newRun(cp.now(), { runId: newRunId(), status: 'provisioning', job, attempt });
  await cp.put(run);
  const webhooks = await serveFunction('webhooks');
  const batch = (callbacks: readonly TestCallback[], id = 'batch-1', speaker = attempt) => {
    const { path, sent } = signed(
      { kind: 'batch', id, body: { callbacks }, attempt: speaker },
      { now: cp.now(), runId: run.runId },
    );
    return [path, sent] as const;
  };
  return { cp, run, webhooks, batch };
}

describe('a batch of callbacks', () => {
  it('of a whole training is recorded as if each had come alone', async () => {
    const { cp, run, webhooks, batch } = await withBatches();
    const callbacks = wholeTraining(20);
    const answer = await webhooks.send(...batch(callbacks));
    expect(callbackAnswerSchema.parse(answer.json)).toEqual({ status: 'ok', command: 'stop' });
    expect(await cp.run(run.runId)).toMatchObject({ status: 'completed', currentEpoch: 20 });
    expect((await listEpochs(cp.store, run.runId)).map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    expect((await listStages(cp.store, run.runId)).map(({ stage }) => stage)).toEqual(STAGES);
    expect((await readLog(cp.store, run.runId, undefined)).lines).toHaveLength(3);
    const types = cp.bus.published.map(({ type }) => type);
    for (const type of ['run.started', 'run.completed', 'model.version.registered'])
      expect(types.filter((published) => published === type)).toHaveLength(1);
    expect(types.filter((type) => type === 'run.epoch.completed')).toHaveLength(20);
  });

  it('that comes again, in other batches and alone, changes nothing more', async () => {
    const { cp, webhooks, batch, run } = await withBatches();
    const [first, second, third] = [1, 2, 3].map(
      (
        (says) => (epoch: number) =>
          says.epoch(epoch)
      )(trainer()),
    );
    await webhooks.send(...batch([first!, second!, second!]));
    const [documents, published] = [cp.documents(), cp.bus.published.length];
    await webhooks.send(...batch([second!, first!], 'batch-2'));
    const { path, sent } = signed(first!, { now: cp.now(), runId: run.runId });
    await webhooks.send(path, sent);
    expect(cp.documents()).toEqual(documents);
    expect(cp.bus.published).toHaveLength(published);
    await webhooks.send(...batch([third!, first!], 'batch-3'));
    expect((await cp.run(run.runId)).currentEpoch).toBe(3);
  });

  it('is recorded whole or not at all', async () => {
    const { cp, webhooks, batch } = await withBatches();
    const says = trainer();
    const before = cp.documents();
    const wrong = { ...says.epoch(2), body: { ...says.epoch(2).body, epoch: 0 } };
    const problem = await webhooks.refused(...batch([says.epoch(1), wrong as TestCallback]));
    expect(problem).toMatchObject({ status: 400 });
    expect(problem.errors?.[0]?.pointer).toBe('/callbacks/1/body/epoch');
    cp.store.failNextCommits();
    expect((await webhooks.refused(...batch([says.epoch(1), says.epoch(3)]))).status).toBe(500);
    expect(cp.documents()).toEqual(before);
  });

  it.each<[what: string, callbacks: (says: ReturnType<typeof trainer>) => TestCallback[], status: number]>([
    ['of nothing', () => [], 400],
    [
      'of more than may come at once',
      (says) => Array.from({ length: MAX_BATCH + 1 }, (_, i) => says.epoch(i + 1)),
      400,
    ],
    ['that speaks for another attempt too', (says) => [says.epoch(1), trainer(2).epoch(2)], 401],
    ['with an id that cannot be a document id', (says) => [{ ...says.epoch(1), id: 'a/b' }], 400],
    [
      'within a batch',
      (says) => [{ kind: 'batch', id: 'x', body: { callbacks: [says.epoch(1)] } } as unknown as TestCallback],
      400,
    ],
  ])('%s is refused, and nothing is written', async (_what, callbacks, status) => {
    const { cp, webhooks, batch } = await withBatches();
    const before = cp.documents();
    expect((await webhooks.refused(...batch(callbacks(trainer())))).status).toBe(status);
    expect(cp.documents()).toEqual(before);
  });

  it('keeps nothing of what comes behind the end of its attempt, as if each had come alone', async () => {
    const { cp, run, webhooks, batch } = await withBatches();
    const says = trainer();
    const answer = await webhooks.send(...batch([says.epoch(1), says.failed(true), says.epoch(2)]));
    expect(answer.json).toEqual({ status: 'ok', command: 'stop' });
    expect(await cp.run(run.runId)).toMatchObject({ status: 'pending', attempt: 2 });
    expect(await listEpochs(cp.store, run.runId)).toMatchObject([{ epoch: 1, attempt: 1 }]);
  });

  it('of an older attempt is told to stop, and nothing is written', async () => {
    const { cp, webhooks, batch } = await withBatches(2);
    const before = cp.documents();
    const answer = await webhooks.send(...batch(wholeTraining(3, 1), 'old', 1));
    expect(answer.json).toEqual({ status: 'ok', command: 'stop' });
    expect(cp.documents()).toEqual(before);
  });
});
