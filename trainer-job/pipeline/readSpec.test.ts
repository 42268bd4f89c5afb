import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { readSpec } from './readSpec.js';

const good = {
  dataset: { source: { uri: 'rows.bin', format: 'csv' } },
  features: {
    query: [{ column: 'user', transform: 'lookup', id: true }],
    candidate: [{ column: 'item', transform: 'lookup', id: true }],
  },
};

async function specFile(content: string, name = 'spec.json'): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, content);
  return file;
}

describe('the gates of a specification', () => {
  const gated = async (evaluation: object) =>
    readSpec(await specFile(JSON.stringify({ ...good, evaluation })));

  it('are those of a built-in set too, where no control plane has put them there', async () => {
    const { evaluation } = await gated({ gateSet: 'performance' });
    expect(evaluation.gates.map(({ set }) => set)).toEqual(['performance', 'performance']);
  });

  it.each([
    [{ gateSet: 'release' }, /no gate set "release" without a control plane: built in are regression/],
    [{ gateSet: 'regression' }, /a retrieval model has no test_rmse.*in the gate set "regression"/],
    [
      { gates: [{ metric: 'test_recall_at_10', aboveRun: 'k3v7q2mzx5ahc4tnwy6d' }] },
      /aboveRun names a run of a control plane/,
    ],
  ])('are refused where nothing could tell: %j', async (evaluation, why) => {
    await expect(gated(evaluation)).rejects.toThrow(why);
  });
});

describe('a specification file', () => {
  it('is read with its defaults', async () => {
    const spec = await readSpec(await specFile(JSON.stringify(good)));
    expect(spec.training.epochs).toBe(20);
    expect(spec.dataset.source).toEqual(good.dataset.source);
  });

  it('trains on another source when a data file is named, whose ending tells the format', async () => {
    const spec = await readSpec(await specFile(JSON.stringify(good)), {
      dataFile: '/data/rows.jsonl',
      forceRecompute: ['ingest'],
    });
    expect(spec.dataset.source).toEqual({ uri: '/data/rows.jsonl' });
  });

  it.each([
    [{ ...good, extra: 1 }, /\/extra: unknown key "extra"/],
    [{ ...good, features: { ...good.features, query: [] } }, /\/features\/query/],
  ])('says where it is wrong', async (spec, message) => {
    await expect(readSpec(await specFile(JSON.stringify(spec)))).rejects.toThrow(message);
  });

  it('says what it is instead of JSON, or that it is not there', async () => {
    await expect(readSpec(await specFile('a: 1', 'spec.yaml'))).rejects.toMatchObject({
      message: expect.stringContaining('is not JSON') as string,
      remedy: expect.stringContaining('YAML') as string,
    });
    await expect(readSpec(join(await temporaryFolder(), 'none.json'))).rejects.toThrow(/there is no/);
  });
});
