import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.js';
import { trainingSpecSchema, type TrainingSpecInput } from '../spec/trainingSpec.js';
import { quickened, wholeAgain } from './quickened.js';
import { quickTestSchema } from './quickTest.js';

function specOf(changes: Partial<TrainingSpecInput> = {}) {
  return trainingSpecSchema.parse({
    dataset: { source: { uri: 'a.csv' } },
    features: {
      query: [{ column: 'customer', transform: 'lookup', id: true }],
      candidate: [{ column: 'product', transform: 'lookup', id: true }],
    },
    ...changes,
  });
}
const TIERS = { tiers: ['cheap', 'dear'], uncounted: [], isPriced: true };
const ASKED = quickTestSchema.parse({});

describe('a quick test', () => {
  it('draws users by the seed of the training, trains few epochs and is capped, and says each setting with its value before', () => {
    const spec = specOf({ training: { seed: 7 }, compute: { tiers: ['dear', 'cheap'] } });
    const quick = quickened(spec, ASKED, TIERS);
    expect(quick.spec).toEqual({
      ...spec,
      dataset: { ...spec.dataset, sample: { share: 0.1, seed: 7, by: 'customer' } },
      training: { ...spec.training, epochs: 3 },
      compute: { ...spec.compute, tiers: ['cheap', 'dear'], maxUsd: 1 },
    });
    expect(quick.cuts).toMatchObject([
      { setting: 'dataset.sample', was: null, is: { share: 0.1, seed: 7, by: 'customer' } },
      { setting: 'training.epochs', was: 20, is: 3 },
      { setting: 'compute.tiers', was: ['dear', 'cheap'], is: ['cheap', 'dear'] },
      { setting: 'compute.maxUsd', was: null, is: 1 },
    ]);
    expect(trainingSpecSchema.parse(quick.spec)).toEqual(quick.spec);
  });

  it('leaves what is small enough', () => {
    const spec = specOf({ training: { epochs: 2 }, compute: { tiers: ['cheap', 'dear'], maxUsd: 0.5 } });
    expect(quickened(spec, ASKED, TIERS).cuts.map(({ setting }) => setting)).toEqual(['dataset.sample']);
  });

  it('says where its limit of the cost limits nothing, and where none can be set', () => {
    const spec = specOf({ training: { epochs: 2 }, compute: { tiers: ['own'] } });
    const on = { tiers: ['own'], uncounted: ['own'] };
    const own = quickened(spec, ASKED, { ...on, isPriced: true });
    expect(own.spec.compute.maxUsd).toBe(1);
    expect(own.cuts.at(-1)).toMatchObject({
      setting: 'compute.maxUsd',
      why: 'it may cost $1 instead of as much as it takes; that limits nothing: compute tier own has no price, so that what runs there counts as $0.00',
    });
    const rented = quickened(spec, ASKED, { ...on, isPriced: false });
    expect(rented.spec.compute.maxUsd).toBeUndefined();
    expect(rented.cuts.at(-1)).toMatchObject({
      setting: 'compute.maxUsd',
      was: null,
      is: null,
      why: expect.stringMatching(
        /^no limit of \$1 is set, since that limits nothing: compute tier own has no/,
      ),
    });
    expect(wholeAgain(rented.spec, rented.cuts)).toEqual(spec);
  });

  it('samples within a sample, and does not expect of it what is expected of all rows', () => {
    const spec = specOf({
      dataset: {
        source: { uri: 'a.csv' },
        sample: { share: 0.5, seed: 3, by: 'customer' },
        expectations: [
          { expect: 'rows', atLeast: 1000 },
          { expect: 'volume' },
          { expect: 'nulls', column: 'customer', atMost: 0 },
        ],
      },
    });
    const { dataset } = quickened(spec, ASKED, TIERS).spec;
    expect(dataset.sample).toEqual({ share: 0.05, seed: 3, by: 'customer' });
    expect(dataset.expectations.map(({ expect: kind }) => kind)).toEqual(['nulls']);
  });

  it.each<[string, Partial<TrainingSpecInput>]>([
    ['bare', {}],
    ['with limits of its own', { training: { epochs: 50 }, compute: { tiers: ['dear'], maxUsd: 9 } }],
    [
      'with a sample and expectations',
      {
        dataset: {
          source: { uri: 'a.csv' },
          sample: { share: 0.3 },
          expectations: [{ expect: 'rows', atMost: 5 }],
        },
      },
    ],
  ])('of a specification %s is made whole again to the byte', (_name, changes) => {
    const spec = specOf(changes);
    const { spec: quick, cuts } = quickened(spec, ASKED, TIERS);
    expect(digestOf(quick)).not.toBe(digestOf(spec));
    expect(digestOf(wholeAgain(quick, structuredClone(cuts)))).toBe(digestOf(spec));
  });
});
