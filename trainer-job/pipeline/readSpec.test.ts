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
