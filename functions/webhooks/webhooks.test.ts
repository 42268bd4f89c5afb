import {
  callbackAnswerSchema,
  deriveRunSecret,
  epochSchema,
  MAX_CALLBACK_BYTES,
  newRunId,
  paths,
  signCallback,
  STAGES,
  type CallbackBody,
  type Run,
} from '@trainyard/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  RESULT,
  signed,
  trainer,
  wholeTraining,
  type Signing,
  type TestCallback,
} from '../../test/support/callbacks.js';
import { MASTER_SECRET, testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction, type Sent } from '../../test/support/functionClient.js';
import { newRun } from '../../test/support/newRun.js';
import { listEpochs, listStages } from '../runs/repository.js';
import { readLog } from '../runs/logLines.js';

/** A launched run, whose trainer has not spoken yet. */
async function opened(parts: Partial<Run> = {}) {
  const cp = await testControlPlane();
  const job = { tier: 'small', name: 'job', launchedAt: cp.now().toISOString(), usdPerHour: null };
  const launched = (more: Partial<Run> = {}) =>
    newRun(cp.now(), { runId: newRunId(), status: 'provisioning', job, ...more });
  const run = launched(parts);
  await cp.put(run);
  const webhooks = await serveFunction('webhooks');
  /** Sends it as the trainer would and gives the command of the answer. */
  const tell = async (callback: TestCallback, runId = run.runId, signing: Partial<Signing> = {}) => {
    const { path, sent } = signed(callback, { now: cp.now(), runId, ...signing });
    const answer = await webhooks.send(path, sent);
    expect(answer).toMatchObject({ status: 200 });
    return callbackAnswerSchema.parse(answer.json).command;
  };
  return { cp, run, launched, webhooks, tell };
}

describe('a callback', () => {
  it.each<[TestCallback, Partial<Run>, events: string[]]>([
    [trainer().heartbeat(0.25), { status: 'running', currentStage: 'train' }, []],
    [trainer().stage('ingest'), { status: 'running', currentStage: 'ingest' }, ['run.stage.completed']],
    [
      trainer().epoch(1),
      { status: 'running', currentEpoch: 1, latestMetrics: { loss: 10 - 1 / 3, val_loss: 11 - 1 / 7 } },
      ['run.epoch.completed'],
    ],
    [trainer().log('hello'), { status: 'running', currentStage: null }, []],
    [trainer().checkpointed(3), { status: 'running' }, ['run.checkpointed']],
    [trainer().failed(false), { status: 'failed', attempt: 1 }, ['run.failed']],
    [trainer().failed(true), { status: 'pending', attempt: 2, retriesUsed: 1 }, ['run.requested']],
    [
      trainer().checkpointed(3, 'preempted'),
      { status: 'pending', attempt: 2, retriesUsed: 1 },
      ['run.checkpointed', 'run.requested'],
    ],
    [
      trainer().checkpointed(3, 'timeLimit'),
      { status: 'pending', attempt: 2, retriesUsed: 0 },
      ['run.checkpointed', 'run.requested'],
    ],
    [
      trainer().completed(),
      { status: 'completed', result: RESULT, currentEpoch: 20 },
      ['run.completed', 'model.version.registered'],
    ],
  ])('$kind is recorded with what it publishes', async (callback, expected, events) => {
    const { cp, run, tell } = await opened();
    const { attempt, status } = expected;
    const isOver = (attempt ?? 1) > 1 || status === 'completed' || status === 'failed';
    expect(await tell(callback)).toBe(isOver ? 'stop' : 'continue');
    expect(await cp.run(run.runId)).toMatchObject({ ...expected, startedAt: cp.now().toISOString() });
    expect(cp.bus.published.map(({ type }) => type)).toEqual(['run.started', ...events]);
    expect(Object.keys(cp.documents()).filter((path) => path.startsWith('outbox/'))).toEqual([]);
  });

  it('is recorded once with its event, however often it comes', async () => {
    const { cp, run, tell } = await opened();
    const callback = trainer().epoch(1);
    await tell(callback);
    const [documents, published] = [cp.documents(), cp.bus.published.length];
    cp.pass(60);
    for (let i = 0; i < 3; i++) expect(await tell(callback)).toBe('continue');
    expect(cp.documents()).toEqual(documents);
    expect(cp.bus.published).toHaveLength(published);
    expect(documents).toHaveProperty([paths.event(run.runId, callback.id)]);
  });

  it('that could not be written is answered with 500 and recorded when it comes again', async () => {
    const { cp, run, webhooks, tell } = await opened();
    const callback = trainer().epoch(1);
    const before = cp.documents();
    cp.store.failNextCommits();
    const { path, sent } = signed(callback, { now: cp.now(), runId: run.runId });
    expect((await webhooks.refused(path, sent)).status).toBe(500);
    expect(cp.documents()).toEqual(before);
    await tell(callback);
    expect(await listEpochs(cp.store, run.runId)).toHaveLength(1);
  });

  it('of an older attempt is told to stop, and nothing is written', async () => {
    const { cp, run, tell } = await opened({ attempt: 2, status: 'running' });
    const before = cp.documents();
    for (const callback of wholeTraining(3, 1)) expect(await tell(callback)).toBe('stop');
    expect(cp.documents()).toEqual(before);
    expect(cp.bus.published).toEqual([]);
    expect(await tell(trainer(2).heartbeat(0.1), run.runId)).toBe('continue');
  });

  it('of an attempt that was never launched is not found, and nothing is written', async () => {
    const { cp, run, webhooks } = await opened({ status: 'running' });
    const before = cp.documents();
    const { path, sent } = signed(trainer(2).epoch(1), { now: cp.now(), runId: run.runId });
    expect(await webhooks.refused(path, sent)).toMatchObject({ status: 404 });
    expect(cp.documents()).toEqual(before);
  });

  it('to a run that is being cancelled is recorded and told to stop; the last one ends the run', async () => {
    const { cp, run, tell } = await opened({ status: 'cancelling' });
    const says = trainer();
    expect(await tell(says.epoch(1))).toBe('stop');
    expect(await tell(says.heartbeat(0.5))).toBe('stop');
    expect(await cp.run(run.runId)).toMatchObject({ status: 'cancelling', currentEpoch: 1 });
    expect(await listEpochs(cp.store, run.runId)).toHaveLength(1);
    await tell(says.checkpointed(1, 'stopped'));
    expect(await cp.run(run.runId)).toMatchObject({ status: 'cancelled', checkpoint: { epoch: 1 } });
  });

  it('with log lines can be read in order, in whatever order the chunks came', async () => {
    const { cp, run, tell } = await opened();
    const says = trainer();
    const chunks = [says.log('1', '2'), says.log('3'), says.log('4', '5', '6')];
    for (const chunk of chunks.toReversed()) await tell(chunk);
    await tell(chunks[0]!);
    const { lines } = await readLog(cp.store, run.runId, undefined);
    expect(lines.map(({ message }) => message)).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(lines[0]).toMatchObject({ attempt: 1, level: 'info', stage: 'train' });
  });

  it('that is late for the end is kept and told of, and the ended run stays as it is', async () => {
    const { cp, run, tell } = await opened();
    const says = trainer();
    const late = [says.epoch(1), says.stage('train'), says.log('one more thing')];
    await tell(says.completed());
    const [ended, published] = [await cp.run(run.runId), cp.bus.published.length];
    for (let i = 0; i < 2; i++) for (const callback of late) expect(await tell(callback)).toBe('stop');
    expect(await cp.run(run.runId)).toEqual(ended);
    expect(await listEpochs(cp.store, run.runId)).toMatchObject([{ epoch: 1, attempt: 1 }]);
    expect(await listStages(cp.store, run.runId)).toMatchObject([{ stage: 'train' }]);
    expect((await readLog(cp.store, run.runId, undefined)).lines).toHaveLength(1);
    const { epoch, metrics } = late[0]!.body as CallbackBody<'epoch-complete'>;
    expect(
      cp.bus.published.slice(published).map(({ type, data }) => ({ type, detail: data.detail })),
    ).toEqual([
      { type: 'run.epoch.completed', detail: { epoch, metrics } },
      // The same as in time: whoever hears of it asks not when it came.
      { type: 'run.stage.completed', detail: { stage: 'train', seconds: 1.5, cacheHit: false } },
    ]);
  });

  it('replaces the row of an older attempt, never one of its own', async () => {
    const { cp, run, tell } = await opened({ attempt: 2, status: 'running' });
    const old = { ...trainer(1).epoch(1).body, metrics: { loss: 99 } };
    const { epoch, attempt, metrics, seconds, examples, examplesPerSecond, sentAt } = old as Extract<
      TestCallback,
      { kind: 'epoch-complete' }
    >['body'];
    const row = { epoch, attempt, metrics, seconds, examples, examplesPerSecond, at: sentAt };
    await cp.store.transaction(async (tx) => tx.set(paths.epoch(run.runId, 1), epochSchema.parse(row)));
    const says = trainer(2);
    await tell(says.epoch(1));
    const [stored] = await listEpochs(cp.store, run.runId);
    expect(stored).toMatchObject({ attempt: 2, metrics: { loss: 10 - 1 / 3 } });
  });

  it('that tells of an epoch or stage of its attempt once more is no news: the row stays, nothing is published', async () => {
    const { cp, run, tell } = await opened({ attempt: 2, status: 'running' });
    const says = trainer(2);
    await tell(says.epoch(1));
    await tell(says.stage('ingest'));
    const [epochs, published] = [await listEpochs(cp.store, run.runId), cp.bus.published.length];
    for (const again of [says.epoch(1), says.stage('ingest')]) expect(await tell(again)).toBe('continue');
    expect(await listEpochs(cp.store, run.runId)).toEqual(epochs);
    expect(cp.bus.published).toHaveLength(published);
  });
});

describe('the callbacks of a whole training', () => {
  const EPOCHS = 12;

  it('sent three times in random order give a complete, exact table and a completed run', async () => {
    const { cp, launched, tell } = await opened();
    const callbacks = wholeTraining(EPOCHS);
    const thrice = [0, 1, 2].flatMap((round) =>
      callbacks.map((callback, at) => ({ callback, key: round * 1000 + at })),
    );
    const order = fc.shuffledSubarray(thrice, { minLength: thrice.length, maxLength: thrice.length });
    await fc.assert(
      fc.asyncProperty(order, async (shuffled) => {
        const run = launched();
        await cp.put(run);
        const from = cp.bus.published.length;
        for (const { callback } of shuffled) await tell(callback, run.runId);

        const stored = await listEpochs(cp.store, run.runId);
        const sent = callbacks.flatMap(({ kind, body }) => (kind === 'epoch-complete' ? [body] : []));
        expect(stored.map(({ epoch, metrics }) => ({ epoch, metrics }))).toEqual(
          sent.map(({ epoch, metrics }) => ({ epoch, metrics })),
        );
        expect((await listStages(cp.store, run.runId)).map(({ stage }) => stage)).toEqual(STAGES);
        expect((await readLog(cp.store, run.runId, undefined)).lines).toHaveLength(3);
        expect(await cp.run(run.runId)).toMatchObject({
          status: 'completed',
          attempt: 1,
          currentEpoch: EPOCHS,
          result: { epochsTrained: EPOCHS },
        });
        const types = cp.bus.published.slice(from).map(({ type }) => type);
        expect(types.filter((type) => type === 'run.completed')).toHaveLength(1);
        expect(types.filter((type) => type === 'run.epoch.completed')).toHaveLength(EPOCHS);
        expect(types.filter((type) => type === 'run.stage.completed')).toHaveLength(STAGES.length);
      }),
      { numRuns: 3, seed: 20_260_101 },
    );
  });

  it('sent all at once give the same', async () => {
    const { cp, run, tell } = await opened();
    await Promise.all(wholeTraining(EPOCHS).map((callback) => tell(callback)));
    expect(await listEpochs(cp.store, run.runId)).toHaveLength(EPOCHS);
    expect(await cp.run(run.runId)).toMatchObject({ status: 'completed', currentEpoch: EPOCHS });
  });
});

describe('a callback that cannot be trusted is refused with 401 and nothing is written:', () => {
  const RUN_ID = 'abcdefghijklmnopqrst';
  const callback = trainer().completed();
  const secret = (runId: string, attempt: number) => deriveRunSecret(MASTER_SECRET, runId, attempt);

  it.each<[what: string, parts: Partial<Signing> & { secondsOff?: number }, says: RegExp]>([
    ['signed with another secret', { secret: 'whsec_Zm9yZ2Vk' }, /does not match/],
    ['signed with no secret at all', { secret: 'whsec_' }, /does not match/],
    ['signed for another run', { secret: secret('zyxwvutsrqponmlkjihg', 1) }, /does not match/],
    ['signed for the attempt before', { secret: secret(RUN_ID, 0) }, /does not match/],
    ['signed for the attempt after', { secret: secret(RUN_ID, 2) }, /does not match/],
    ['signed too long ago', { secondsOff: -301 }, /more than 300 s away/],
    ['signed in the future', { secondsOff: 301 }, /more than 300 s away/],
    [
      'with a timestamp that was not signed',
      { headers: { 'webhook-timestamp': '1767225601' } },
      /does not match/,
    ],
    ['with a timestamp that is no number', { headers: { 'webhook-timestamp': 'now' } }, /does not match/],
    ['with an id that was not signed', { headers: { 'webhook-id': 'other' } }, /does not match/],
    [
      'with a signature of another version',
      { headers: { 'webhook-signature': 'v2,AAAA' } },
      /does not match/,
    ],
    ['with a header that names another attempt', { headers: { 'trainyard-attempt': '2' } }, /does not match/],
    [
      'with a body of another attempt than its header, rightly signed',
      { headers: { 'trainyard-attempt': '2' }, secret: secret(RUN_ID, 2) },
      /does not match/,
    ],
    ['with an attempt that is no number', { headers: { 'trainyard-attempt': '1e0' } }, /carries the headers/],
    ['with an attempt of 0', { headers: { 'trainyard-attempt': '0' } }, /carries the headers/],
  ])('%s', async (_what, { secondsOff = 0, ...parts }, says) => {
    const { cp, webhooks } = await opened({ runId: RUN_ID });
    const before = cp.documents();
    const now = new Date(cp.now().getTime() + secondsOff * 1000);
    const { path, sent } = signed(callback, { now, runId: RUN_ID, ...parts });
    const problem = await webhooks.refused(path, sent);
    expect(problem).toMatchObject({ status: 401, title: 'Callback not accepted' });
    expect(problem.detail).toMatch(says);
    expect(cp.documents()).toEqual(before);
    expect(cp.bus.published).toEqual([]);
  });

  it.each(['trainyard-attempt', 'webhook-id', 'webhook-timestamp', 'webhook-signature'])(
    'without the header %s',
    async (name) => {
      const { cp, webhooks } = await opened({ runId: RUN_ID });
      const { path, sent } = signed(callback, { now: cp.now(), runId: RUN_ID });
      const { [name]: _left, ...headers } = sent.headers ?? {};
      const problem = await webhooks.refused(path, { ...sent, headers });
      expect(problem.status).toBe(401);
      expect(problem.detail).toContain(name);
      expect((await cp.run(RUN_ID)).status).toBe('provisioning');
    },
  );

  it('with an id that cannot be a document id, rightly signed', async () => {
    const { cp, webhooks } = await opened({ runId: RUN_ID });
    for (const id of ['a/b', '..', '__id__', 'x'.repeat(101)]) {
      const { path, sent } = signed({ ...callback, id }, { now: cp.now(), runId: RUN_ID });
      expect((await webhooks.refused(path, sent)).status).toBe(401);
    }
  });

  it('of a body that was changed on its way', async () => {
    const { cp, webhooks } = await opened({ runId: RUN_ID });
    const { path, sent } = signed(callback, { now: cp.now(), runId: RUN_ID });
    const body = String(sent.body).replace('"bestEpoch":18', '"bestEpoch":19');
    expect(body).not.toBe(sent.body);
    expect((await webhooks.refused(path, { ...sent, body })).status).toBe(401);
  });

  it('is accepted within five minutes both ways', async () => {
    const { cp, run, tell } = await opened();
    for (const seconds of [-299, 299]) {
      const now = new Date(cp.now().getTime() + seconds * 1000);
      await tell(trainer().heartbeat(0.5), run.runId, { now });
    }
  });
});

describe('a callback that cannot be read is refused and nothing is written:', () => {
  const RUN_ID = 'abcdefghijklmnopqrst';
  const good = trainer().epoch(1);
  const raw = (body: string): Sent => ({ body, method: 'POST' });

  it.each<[what: string, status: number, kind: string, body: object, says: RegExp]>([
    ['of an unknown kind', 404, 'celebrate', good.body, /no such callback/],
    ['of a kind that every object has', 404, 'constructor', good.body, /no such callback/],
    ['with the body of another kind', 400, 'completed', good.body, /callback is not valid/],
    ['with an unknown key', 400, 'epoch-complete', { ...good.body, extra: 1 }, /unknown key "extra"/],
    ['with a wrong value', 400, 'epoch-complete', { ...good.body, epoch: 0 }, /\/epoch/],
    ['without a number', 400, 'epoch-complete', { ...good.body, seq: undefined }, /\/seq/],
  ])('%s: %i', async (_what, status, kind, body, says) => {
    const { cp, webhooks } = await opened({ runId: RUN_ID });
    const before = cp.documents();
    const attempt = good.body.attempt;
    const { path, sent } = signed(
      { kind, id: 'x', body: { ...body, attempt } },
      { now: cp.now(), runId: RUN_ID },
    );
    const problem = await webhooks.refused(path, sent);
    expect(problem.status).toBe(status);
    expect(problem.detail).toMatch(says);
    expect(cp.documents()).toEqual(before);
  });

  it.each<[what: string, status: number, path: string, sent: Sent]>([
    [
      'larger than is read',
      413,
      `/api/training-runs/${RUN_ID}/webhook/log`,
      raw('x'.repeat(MAX_CALLBACK_BYTES + 1)),
    ],
    ['for something that is no run id', 404, '/api/training-runs/SHOUT/webhook/log', raw('{}')],
    ['at another path', 404, '/api/nothing', raw('{}')],
    ['at a path that cannot be decoded', 400, '/api/%zz', raw('{}')],
    ['sent with GET', 405, `/api/training-runs/${RUN_ID}/webhook/log`, {}],
    [
      'of bad JSON',
      400,
      `/api/training-runs/${RUN_ID}/webhook/log`,
      { ...raw('{"a":'), headers: { 'content-type': 'application/json' } },
    ],
  ])('%s: %i', async (_what, status, path, sent) => {
    const { webhooks } = await opened({ runId: RUN_ID });
    const headers = { 'content-type': 'text/plain', ...sent.headers };
    expect((await webhooks.refused(path, { ...sent, headers })).status).toBe(status);
  });

  it.each([
    ['without a body', 400, '', {}],
    ['of another type', 415, JSON.stringify(good.body), { 'content-type': 'text/plain' }],
  ])('rightly signed, %s: %i', async (_what, status, text, type) => {
    const { cp, webhooks } = await opened({ runId: RUN_ID });
    const before = cp.documents();
    const body = Buffer.from(text);
    const headers = {
      'content-type': 'application/json',
      'trainyard-attempt': '1',
      ...signCallback(deriveRunSecret(MASTER_SECRET, RUN_ID, 1), 'x', cp.now(), body),
      ...type,
    };
    const path = `/api/training-runs/${RUN_ID}/webhook/epoch-complete`;
    expect(await webhooks.refused(path, { method: 'POST', body, headers })).toMatchObject({ status });
    expect(cp.documents()).toEqual(before);
  });

  it.each([
    ['are nested without end', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`],
    ['have a list within a list', '{"a":[[1]]}'],
    ['have a key that no object can have', '{"__proto__":1}'],
  ])('rightly signed, with fields of a log line that %s: 400', async (_what, fields) => {
    const { cp, webhooks } = await opened({ runId: RUN_ID });
    const { path, sent } = signed(trainer().log('a line'), { now: cp.now(), runId: RUN_ID });
    const body = String(sent.body).replace('"fields":{}', `"fields":${fields}`);
    const signature = signCallback(deriveRunSecret(MASTER_SECRET, RUN_ID, 1), 'x', cp.now(), body);
    const headers = { ...sent.headers, ...signature, 'content-length': String(body.length) };
    expect((await webhooks.refused(path, { ...sent, body, headers })).status).toBe(400);
  });

  it('rightly signed, with a query: 400', async () => {
    const { cp, webhooks } = await opened({ runId: RUN_ID });
    const { path, sent } = signed(good, { now: cp.now(), runId: RUN_ID });
    expect((await webhooks.refused(`${path}?attempt=2`, sent)).status).toBe(400);
  });

  it('rightly signed, of a run that does not exist: 404', async () => {
    const { cp, webhooks } = await opened();
    const { path, sent } = signed(good, { now: cp.now(), runId: RUN_ID });
    expect((await webhooks.refused(path, sent)).status).toBe(404);
  });

  it('finds its way with a slash at the end', async () => {
    const { cp, run, webhooks } = await opened();
    const { path, sent } = signed(good, { now: cp.now(), runId: run.runId });
    expect((await webhooks.send(`${path}/`, sent)).status).toBe(200);
  });
});

describe('a rotated master secret', () => {
  const OLD = 'the-master-secret-of-the-year-before-this-one';

  it('still hears the trainers of the old one while it is named, and never after', async () => {
    const cp = await testControlPlane({ formerMasterSecrets: [OLD] });
    const job = { tier: 'small', name: 'job', launchedAt: cp.now().toISOString(), usdPerHour: null };
    const run = newRun(cp.now(), { runId: newRunId(), status: 'provisioning', job });
    await cp.put(run);
    const webhooks = await serveFunction('webhooks');
    const says = trainer();
    const send = (callback: TestCallback, master: string) => {
      const secret = deriveRunSecret(master, run.runId, 1);
      const { path, sent } = signed(callback, { now: cp.now(), runId: run.runId, secret });
      return webhooks.send(path, sent);
    };
    expect(await send(says.epoch(1), OLD)).toMatchObject({ status: 200 });
    expect(await send(says.epoch(2), MASTER_SECRET)).toMatchObject({ status: 200 });
    expect(await send(says.epoch(3), 'a-master-secret-that-was-never-one-here')).toMatchObject({
      status: 401,
    });
    cp.config.formerMasterSecrets = [];
    expect(await send(says.epoch(4), OLD)).toMatchObject({ status: 401 });
    expect((await cp.run(run.runId)).currentEpoch).toBe(2);
  });
});
