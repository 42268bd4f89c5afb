import { presetRef, runViewSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';

const content = (uri: string) => ({ source: { uri } });

async function opened() {
  const cp = await testControlPlane();
  const api = await serveFunction('api');
  const save = (uri: string, headers: Record<string, string> = {}) =>
    api.send('/api/datasets', { body: { id: 'purchases', content: content(uri) }, headers });
  const start = (dataset: object, path = '/api/models/demo/training-runs') =>
    api.send(path, { body: { spec: { ...EXAMPLE_SPEC, dataset } } });
  const remove = (path: string) => api.send(path, { method: 'DELETE' });
  return { cp, api, save, start, remove };
}

describe('a preset', () => {
  it('gets a version for each new content, and none for the same again', async () => {
    const { api, save } = await opened();
    expect(await save('a.csv')).toMatchObject({ status: 201, json: { version: 1, createdBy: 'local' } });
    expect(await save('a.csv')).toMatchObject({ status: 200, json: { version: 1 } });
    expect(await save('b.csv')).toMatchObject({ status: 201, json: { version: 2, latestVersion: 2 } });
    expect((await api.send('/api/datasets/purchases')).json).toMatchObject({
      version: 2,
      content: { source: { uri: 'b.csv' }, split: { strategy: 'random' } },
    });
    expect((await api.send('/api/datasets/purchases/versions/1')).json).toMatchObject({
      version: 1,
      content: { source: { uri: 'a.csv' } },
    });
    expect((await api.send('/api/datasets/purchases/versions')).json).toMatchObject({
      versions: [{ version: 2 }, { version: 1 }],
      nextCursor: null,
    });
  });

  it('is saved once for one idempotency key, whatever came between', async () => {
    const { save } = await opened();
    const key = { 'idempotency-key': 'first' };
    await save('a.csv', key);
    await save('b.csv');
    expect(await save('a.csv', key)).toMatchObject({ status: 201, json: { version: 1 } });
    expect(await save('c.csv', key)).toMatchObject({ status: 422 });
    expect(await save('b.csv')).toMatchObject({ status: 200, json: { version: 2 } });
  });

  it('stands in a specification by its name: the run is stored with the content and says whose it is', async () => {
    const { save, start } = await opened();
    await save('a.csv');
    await save('b.csv');
    const newest = runViewSchema.parse((await start({ preset: 'purchases' })).json);
    expect(newest.spec.dataset.source.uri).toBe('b.csv');
    expect(newest.presets).toEqual([presetRef('datasets', 'purchases', 2)]);
    const first = runViewSchema.parse((await start({ preset: 'purchases', version: 1 })).json);
    expect(first.spec.dataset.source.uri).toBe('a.csv');
  });

  it('that does not exist, or not in that version, starts no run and points to the place', async () => {
    const { cp, save, start } = await opened();
    await save('a.csv');
    for (const [dataset, detail] of [
      [{ preset: 'sales' }, /no preset "sales"/],
      [{ preset: 'purchases', version: 7 }, /no version 7; the newest is 1/],
    ] as const) {
      const { status, json } = await start(dataset);
      expect({ status, json }).toMatchObject({
        status: 400,
        json: {
          errors: [{ pointer: '/spec/dataset/preset', detail: expect.stringMatching(detail) as string }],
        },
      });
    }
    expect(Object.keys(cp.documents()).filter((path) => path.startsWith('runs/'))).toEqual([]);
  });

  it('that does not go with the rest of the specification starts no run', async () => {
    const { cp, api } = await opened();
    await api.send('/api/model-configs', { body: { id: 'ranking', content: { type: 'ranking' } } });
    await api.send('/api/model-configs', { body: { id: 'retrieval', content: {} } });
    const start = (model: string, parts: object) =>
      api.send('/api/models/demo/training-runs', {
        body: { spec: { ...EXAMPLE_SPEC, model: { preset: model }, ...parts } },
      });
    expect(await start('ranking', {})).toMatchObject({
      status: 400,
      json: { errors: [{ pointer: '/spec/features/target' }] },
    });
    const gates = [{ metric: 'test_rmse', atMost: 1 }];
    expect(await start('retrieval', { evaluation: { gates } })).toMatchObject({
      status: 400,
      json: { errors: [{ pointer: '/spec/evaluation/gates/0/metric' }] },
    });
    expect(Object.keys(cp.documents()).filter((path) => path.startsWith('runs/'))).toEqual([]);
    expect(await start('retrieval', {})).toMatchObject({ status: 202 });
  });

  it('with a mistake is told apart from a section with one', async () => {
    const { start } = await opened();
    expect((await start({ preset: 'purchases', versoin: 1 })).json).toMatchObject({
      errors: [{ pointer: '/spec/dataset/versoin' }],
    });
    expect((await start({ source: { uri: 'a.csv', fromat: 'csv' } })).json).toMatchObject({
      errors: [{ pointer: '/spec/dataset/source/fromat' }],
    });
  });

  it('that a run was made of stays; unused it goes, version by version or whole', async () => {
    const { api, save, start, remove } = await opened();
    for (const uri of ['a.csv', 'b.csv', 'c.csv']) await save(uri);
    await start({ preset: 'purchases', version: 2 });
    expect(await remove('/api/datasets/purchases/versions/2')).toMatchObject({ status: 409 });
    expect(await remove('/api/datasets/purchases')).toMatchObject({ status: 409 });
    expect(await start({ preset: 'purchases', version: 2 })).toMatchObject({ status: 202 });
    expect(await remove('/api/datasets/purchases/versions/3')).toMatchObject({ status: 409 });
    expect(await remove('/api/datasets/purchases/versions/1')).toMatchObject({ status: 200 });
    expect(await api.send('/api/datasets/purchases/versions/1')).toMatchObject({ status: 404 });

    await api.send('/api/model-configs', { body: { id: 'small', content: {} } });
    expect(await remove('/api/model-configs/small')).toMatchObject({ status: 200, json: { deleted: true } });
    expect((await api.send('/api/model-configs')).json).toEqual({ presets: [], nextCursor: null });
  });

  it('whose deletion is refused is not written to', async () => {
    const { cp, save, start, remove } = await opened();
    for (const uri of ['a.csv', 'b.csv']) await save(uri);
    await start({ preset: 'purchases', version: 1 });
    for (const path of ['/api/datasets/purchases', '/api/datasets/purchases/versions/1']) {
      // A write would make it a 500.
      cp.store.failNextCommits();
      expect(await remove(path)).toMatchObject({ status: 409 });
    }
  });

  it('that is being deleted cannot be used by a run that begins meanwhile', async () => {
    const { cp, save, start, remove } = await opened();
    await save('a.csv');
    const release = cp.store.holdReads();
    const deleting = remove('/api/datasets/purchases');
    const starting = start({ preset: 'purchases' });
    release();
    const [deleted, started] = await Promise.all([deleting, starting]);
    expect([
      [200, 400],
      [409, 202],
    ]).toContainEqual([deleted.status, started.status]);
  });

  it('is listed by id, page by page', async () => {
    const { api } = await opened();
    for (const id of ['c', 'a', 'b']) await api.send('/api/model-configs', { body: { id, content: {} } });
    const first = (await api.send('/api/model-configs?limit=2')).json as {
      presets: { id: string }[];
      nextCursor: string;
    };
    expect(first.presets.map(({ id }) => id)).toEqual(['a', 'b']);
    expect((await api.send(`/api/model-configs?limit=2&cursor=${first.nextCursor}`)).json).toMatchObject({
      presets: [{ id: 'c' }],
      nextCursor: null,
    });
  });
});

describe('a preset of very many columns', () => {
  /** Each has a setting by default, which takes more room than its name. */
  const columns = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [(46_656 + i).toString(36).slice(-3), {}]));
  const saved = (count: number) => ({
    body: { id: 'wide', content: { source: { uri: 'a.csv' }, columns: columns(count) } },
  });
  const start = { body: { spec: { ...EXAMPLE_SPEC, dataset: { preset: 'wide' } } } };

  it('is stored and makes runs while their documents are not too large', async () => {
    const { api } = await opened();
    expect(await api.send('/api/datasets', saved(21_000))).toMatchObject({ status: 201 });
    expect(await api.send('/api/models/demo/training-runs', start)).toMatchObject({ status: 202 });
  });

  it('is refused with its size and what to do where it is larger than a document', async () => {
    const { api, cp } = await opened();
    const before = cp.documents();
    const refused = await api.refused('/api/datasets', saved(26_000));
    expect(refused).toMatchObject({ status: 413, title: 'Body too large' });
    expect(refused.detail).toMatch(
      /has \d{7} bytes as datasets\/wide\/versions\/0000001; 1048576 are stored at most\. Name fewer columns/,
    );
    expect(cp.documents()).toEqual(before);
  });

  it('makes no run whose result would find no room, and says so before anything is paid for', async () => {
    const { api, cp } = await opened();
    expect(await api.send('/api/datasets', saved(24_500))).toMatchObject({ status: 201 });
    const refused = await api.refused('/api/models/demo/training-runs', start);
    expect(refused).toMatchObject({ status: 413 });
    expect(refused.detail).toContain('so that its result finds room');
    expect(Object.keys(cp.documents()).filter((path) => /^(runs|models)\//.test(path))).toEqual([]);
  });
});
