/** Splits, vocabularies, means and quantiles through all stages, against what pandas makes of the same file. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { prepared } from '../../../test/support/data/prepared.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';

const goldenSchema = z.strictObject({
  splits: z.array(z.int()),
  trainItems: z.array(z.string()),
  users: z.array(z.string()),
  items: z.array(z.string()),
  frequentItems: z.array(z.string()),
  mean: z.number(),
  std: z.number(),
  clip: z.array(z.number()),
  clippedMean: z.number(),
  clippedStd: z.number(),
  boundaries: z.array(z.number()),
});
const file = (ending: string) => join(import.meta.dirname, `statistics.golden.${ending}`);
const close = (value: number): number => expect.closeTo(value, 9) as number;

it('equals what pandas finds, with nulls, ties and letters of all kinds', async () => {
  const golden = goldenSchema.parse(JSON.parse(await readFile(file('json'), 'utf8')));
  const { data, manifest, vocabulary } = await prepared(await temporaryFolder(), {
    dataset: {
      source: { uri: file('csv') },
      columns: { price: { cast: 'float64' }, at: { cast: 'int64' } },
      split: { strategy: 'time', column: 'at', train: 0.8, validation: 0.15, test: 0.05 },
    },
    features: {
      query: [
        { column: 'user', transform: 'lookup', id: true, minCount: 3 },
        { column: 'price', transform: 'normalize' },
        { name: 'clipped', column: 'price', transform: 'normalize', clip: [0.05, 0.9] },
        { name: 'interval', column: 'price', transform: 'bucketize', buckets: 8 },
      ],
      candidate: [
        { column: 'item', transform: 'lookup', id: true },
        { name: 'frequent', column: 'item', transform: 'lookup', maxSize: 17 },
      ],
    },
  });
  const { train, validation, test } = data.splits;
  expect([train.count, validation.count, test.count]).toEqual(golden.splits);
  expect(await vocabulary('query', 'user')).toEqual(golden.users);
  expect(await vocabulary('candidate', 'frequent')).toEqual(golden.frequentItems);
  const items = await vocabulary('candidate', 'item');
  expect(items).toEqual(golden.items);
  expect(Array.from(train.item, (index) => items[index - 1])).toEqual(golden.trainItems);
  const [, plain, clipped, interval] = manifest.query.features.map(({ fitted }) => fitted);
  expect(plain).toMatchObject({ mean: close(golden.mean), std: close(golden.std) });
  expect(clipped).toMatchObject({
    clip: golden.clip.map(close),
    mean: close(golden.clippedMean),
    std: close(golden.clippedStd),
  });
  expect(interval).toMatchObject({ boundaries: golden.boundaries.map(close) });
});
