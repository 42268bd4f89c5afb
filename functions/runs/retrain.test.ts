import { modelDocumentSchema, newModel, paths, type RetrainPolicy } from '@trainyard/shared';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';
import { DOMAIN_CODES } from '../errors/domainCodes.js';
import { DomainError } from '../errors/domainError.js';
import { changeModel } from '../models/changeModel.js';
import { queries } from '../queries.js';
import { parseRun } from './repository.js';

const PATH = '/projects/shop-prod/topics/trainyard-retrain';

/** A control plane and a topic that pushes to it: the same `messageId` is the same message, delivered again. */
async function opened(policy: Partial<RetrainPolicy> = {}) {
  const cp = await testControlPlane();
  await changeModel(cp, 'demo', { retrain: { ...newModel('demo', cp.now()).retrain, ...policy } });
  const retrain = await serveFunction('retrain');
  let count = 0;
  const publish = async (body: unknown, messageId = `message-${++count}`, attributes = {}) => {
    const data = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)).toString('base64');
    const message = { data, messageId, publishTime: cp.now().toISOString(), attributes };
    const { status } = await retrain.send(PATH, { body: { subscription: 's', message } });
    return status;
  };
  const runs = async () =>
    (await cp.store.query(queries.runsOfModel('demo', {}, { limit: 100 }))).map(parseRun);
  const model = async () => modelDocumentSchema.parse((await cp.store.get(paths.model('demo')))?.data);
  const reasons = () => cp.logged.flatMap(({ fields }) => fields['reason'] ?? []);
  return { cp, publish, runs, model, reasons };
}

const ASK = { modelId: 'demo', spec: EXAMPLE_SPEC };

describe('a retrain message', () => {
  it('starts a run once, however often and at once it is delivered', async () => {
    const { cp, publish, runs } = await opened();
    const statuses = await Promise.all(Array.from({ length: 8 }, () => publish(ASK, 'the-same')));
    expect(statuses).toEqual(Array.from({ length: 8 }, () => 204));
    expect(await runs()).toMatchObject([{ runNumber: 1, requestedBy: 'retrain', status: 'pending' }]);
    expect(cp.bus.published.map(({ type }) => type)).toEqual(['run.requested']);
    await publish(ASK, 'another');
    expect(await runs()).toHaveLength(2);
  });

  it('without a specification starts the run as the model’s newest one was, also when a newer one came before it was delivered again', async () => {
    const { publish, runs } = await opened();
    await publish({ modelId: 'demo', spec: { ...EXAMPLE_SPEC, tags: { of: 'first' } } });
    await publish({ modelId: 'demo' }, 'as-before');
    await publish({ modelId: 'demo', spec: { ...EXAMPLE_SPEC, tags: { of: 'third' } } });
    expect(await publish({ modelId: 'demo' }, 'as-before')).toBe(204);
    const tags = (await runs()).map(({ runNumber, spec }) => `${runNumber} ${spec.tags['of']}`);
    expect(tags.toSorted()).toEqual(['1 first', '2 first', '3 third']);
  });

  it('starts nothing more often than the policy allows', async () => {
    const { cp, publish, runs, reasons } = await opened({ minIntervalSeconds: 3600 });
    await publish(ASK);
    cp.pass(3599);
    await publish(ASK, 'early');
    cp.pass(1);
    await publish(ASK, 'early');
    expect(await runs()).toHaveLength(1);
    expect(reasons()).toEqual([
      'the last start was 3599 s ago; the policy wants 3600 s between starts',
      'the last start was 3599 s ago; the policy wants 3600 s between starts',
    ]);
    await publish(ASK, 'in-time');
    expect(await runs()).toHaveLength(2);
  });

  it('starts a run once enough new rows have come, counting each message once', async () => {
    const { publish, runs, model, reasons } = await opened({ minNewRows: 1000 });
    await publish({ ...ASK, newRows: 400 }, 'a');
    await publish({ ...ASK, newRows: 400 }, 'a');
    expect(await model()).toMatchObject({ newRows: 400, lastStartedAt: null });
    await publish({ ...ASK, newRows: 500 }, 'b');
    expect(await runs()).toHaveLength(0);
    expect(reasons().at(-1)).toBe('900 of the 1000 new rows that the policy wants have come');
    await publish({ ...ASK, newRows: 100 }, 'c');
    expect(await runs()).toHaveLength(1);
    expect(await model()).toMatchObject({ newRows: 0 });
  });

  it('starts nothing while a run is under way, where the policy skips then; of many at once, one', async () => {
    const { cp, publish, runs } = await opened({ skipWhileRunning: true });
    await Promise.all(Array.from({ length: 6 }, () => publish(ASK)));
    const [first, ...others] = await runs();
    expect(others).toEqual([]);
    await cp.put({ ...first!, status: 'cancelled' });
    await publish(ASK);
    expect(await runs()).toHaveLength(2);
  });

  it('goes on in the trace that it names', async () => {
    const { publish, runs } = await opened();
    const trace = '0af7651916cd43dd8448eb211c80319c';
    await publish(ASK, 'traced', { googclient_traceparent: `00-${trace}-b7ad6b7169203331-01` });
    expect((await runs())[0]?.traceparent).toContain(trace);
  });

  it.each<[what: string, body: unknown, detail: string]>([
    ['is not JSON', 'hello', 'cannot be read'],
    ['names no model', {}, 'cannot be read'],
    ['holds an unknown key', { ...ASK, epochs: 3 }, 'cannot be read'],
    ['has no specification, of a model without runs', { modelId: 'demo' }, 'asks for what cannot be'],
    [
      'names a preset that there is not',
      { modelId: 'demo', spec: { ...EXAMPLE_SPEC, dataset: { preset: 'nowhere' } } },
      'asks for what cannot be',
    ],
  ])('that %s is logged, acknowledged and starts nothing', async (_what, body, detail) => {
    const { cp, publish, runs } = await opened();
    expect(await publish(body)).toBe(204);
    expect(await runs()).toEqual([]);
    expect(cp.logged).toMatchObject([{ severity: 'ERROR' }]);
    expect(cp.logged[0]?.message).toContain(detail);
  });

  const codes = Object.keys(DOMAIN_CODES) as (keyof typeof DOMAIN_CODES)[];
  it.each(codes)('that is refused as %s is dropped, unless that passes', async (code) => {
    const spy = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => spy.mockRestore());
    const { cp, publish, runs } = await opened();
    const { retried } = DOMAIN_CODES[code];
    vi.spyOn(cp.store, 'optimistic').mockRejectedValueOnce(new DomainError(code, 'not now'));
    expect(await publish(ASK, 'refused')).toBe(retried ? 500 : 204);
    expect(cp.logged.filter(({ message }) => message.includes('is dropped'))).toHaveLength(retried ? 0 : 1);
    expect(await runs()).toEqual([]);
    expect(await publish(ASK, 'refused')).toBe(204);
    expect(await runs()).toHaveLength(1);
  });

  it('is answered with 500 while the store fails, and starts its run when it comes again', async () => {
    const spy = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => spy.mockRestore());
    const { cp, publish, runs } = await opened();
    cp.store.failNextCommits();
    expect(await publish(ASK, 'again')).toBe(500);
    expect(await runs()).toEqual([]);
    expect(await publish(ASK, 'again')).toBe(204);
    expect(await runs()).toHaveLength(1);
  });
});
