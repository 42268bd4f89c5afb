/** Transforms against numpy and pandas: transforms.golden.py makes the numbers. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { featureSchema, type Feature } from '@trainyard/shared';
import { z } from 'zod';
import { columnsOf } from '@trainyard/recommender/encode/encodedFeature';
import { fitNumbers, fitTexts, isTextFeature } from './fit.js';
import { encodedFeatureOf, encoderOf } from '@trainyard/recommender/encode/fittedFeature';
import { encodeTower } from '@trainyard/recommender/encode/towerEncoder';
import type { FeatureValue } from '@trainyard/recommender/encode/value';

const numbers = z.array(z.number());
const golden = z
  .object({
    numbers,
    mean: z.number(),
    std: z.number(),
    clip: numbers,
    clippedMean: z.number(),
    clippedStd: z.number(),
    scores: numbers,
    boundaries: numbers,
    intervals: numbers,
    seconds: numbers,
    turns: z.record(z.string(), numbers),
    words: z.array(z.string()),
    vocabulary: z.array(z.string()),
  })
  .parse(JSON.parse(readFileSync(new URL('transforms.golden.json', import.meta.url), 'utf8')));

/** Fits a feature of the column `c` on values, and encodes single ones. */
function fitted(input: z.input<typeof featureSchema>, values: readonly (string | number)[] = []) {
  const feature: Feature = featureSchema.parse(input);
  const counts = new Map<string, number>();
  if (isTextFeature(feature)) for (const v of values) counts.set(String(v), (counts.get(String(v)) ?? 0) + 1);
  const texts = Array.from(counts, ([text, rows]) => ({ text, rows })).toSorted((a, b) =>
    a.text < b.text ? -1 : 1,
  );
  const { fitted: state, vocabulary } = isTextFeature(feature)
    ? fitTexts(feature, texts)
    : {
        fitted: fitNumbers(feature, Float64Array.from(values as number[]), { single: false }),
        vocabulary: [],
      };
  const encoded = encodedFeatureOf(feature, state, vocabulary.length);
  const encode = encodeTower([{ encoded, encoder: encoderOf(state, vocabulary) }]);
  const part = columnsOf(encoded).indices > 0 ? 'indices' : 'numbers';
  return {
    state,
    vocabulary,
    encoded,
    of: (value: FeatureValue) => Array.from(encode({ c: value })[part]),
  };
}

const close = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 6));
};

describe('normalize', () => {
  it('has the mean and the standard deviation that numpy has', () => {
    const { state } = fitted({ column: 'c', transform: 'normalize' }, golden.numbers);
    if (state.transform !== 'normalize') throw new Error(state.transform);
    expect(state.mean / golden.mean).toBeCloseTo(1, 12);
    expect(state.std / golden.std).toBeCloseTo(1, 12);
  });

  it('clips to quantiles and takes the logarithm as numpy does; degree 2 is the square', () => {
    const spec = { column: 'c', transform: 'normalize', log1p: true, clip: [0.02, 0.97], degree: 2 } as const;
    const { state, of } = fitted({ ...spec, clip: [...spec.clip] }, golden.numbers);
    expect(state).toMatchObject({ clip: golden.clip.map((bound) => expect.closeTo(bound, 9) as number) });
    golden.numbers.forEach((number, i) => close(of(number), [golden.scores[i]!, golden.scores[i]! ** 2]));
  });

  it('is 0 for a missing number, which an indicator tells, and for a constant column', () => {
    expect(fitted({ column: 'c', transform: 'normalize', missingIndicator: true }, [1, 3]).of(null)).toEqual([
      0, 1,
    ]);
    expect(fitted({ column: 'c', transform: 'normalize', missingIndicator: true }, [1, 3]).of(3)).toEqual([
      1, 0,
    ]);
    expect(fitted({ column: 'c', transform: 'normalize' }, [5, 5, 5]).of(5)).toEqual([0]);
  });
});

describe('bucketize', () => {
  it('has the quantiles of numpy, and puts numbers where numpy.digitize does', () => {
    const { state, of } = fitted({ column: 'c', transform: 'bucketize', buckets: 9 }, golden.numbers);
    if (state.transform !== 'bucketize') throw new Error(state.transform);
    close(state.boundaries, golden.boundaries);
    expect(golden.numbers.map((number) => of(number)[0])).toEqual(golden.intervals);
  });

  it('has a row for missing numbers, and one boundary where quantiles coincide', () => {
    const { of, encoded } = fitted({ column: 'c', transform: 'bucketize', buckets: 4 }, [1, 1, 1, 1, 2]);
    expect([null, 0, 1, 2].map((value) => of(value)[0])).toEqual([0, 1, 2, 2]);
    expect(encoded).toMatchObject({ kind: 'embedding', rows: 3, dim: 8, indices: 1 });
  });
});

describe('cyclical', () => {
  const periods = ['hour-of-day', 'day-of-week', 'day-of-month', 'month-of-year'] as const;
  it.each(periods)('%s stands where pandas says, whatever the year', (period) => {
    const { of } = fitted({ column: 'c', transform: 'cyclical', periods: [period] }, [0]);
    golden.seconds.forEach((seconds, i) => {
      const angle = 2 * Math.PI * golden.turns[period]![i]!;
      close(of(seconds), [Math.sin(angle), Math.cos(angle)]);
    });
  });

  it('takes a period in seconds, and texts of times with and without a zone', () => {
    const { of } = fitted({ column: 'c', transform: 'cyclical', periods: [3600] }, [0]);
    close(of('2024-01-01T00:15:00Z'), [1, 0]);
    expect(of('2024-01-01 05:45:00+05:30')).toEqual(of('2024-01-01T00:15'));
    expect(of(900)).toEqual(of('1970-01-01 00:15:00.000'));
  });

  it('is 0, 0 for what is no time', () => {
    const { of } = fitted({ column: 'c', transform: 'cyclical', missingIndicator: true }, [0]);
    for (const none of [null, undefined, '', 'soon', 1e300, NaN]) expect(of(none)).toEqual([0, 0, 0, 0, 1]);
    expect(of(0)[4]).toBe(0);
  });
});

describe('lookup', () => {
  it('has the vocabulary that pandas counts, the most frequent first', () => {
    const { vocabulary, of } = fitted({ column: 'c', transform: 'lookup', minCount: 3 }, golden.words);
    expect(vocabulary).toEqual(golden.vocabulary);
    expect(of(golden.vocabulary[4])).toEqual([5]);
    const small = fitted({ column: 'c', transform: 'lookup', minCount: 3, maxSize: 4 }, golden.words);
    expect(small.vocabulary).toEqual(golden.vocabulary.slice(0, 4));
  });

  it('spreads unknown values over the rows kept for them, and null is the first', () => {
    const { of, encoded } = fitted({ column: 'c', transform: 'lookup', oovBuckets: 4 }, ['a', 'a', 'b']);
    expect([of('a'), of('b'), of(null)]).toEqual([[4], [5], [0]]);
    const unknown = new Set(Array.from({ length: 100 }, (_, i) => of(`new ${i}`)[0]));
    expect([...unknown].toSorted((a = 0, b = 0) => a - b)).toEqual([0, 1, 2, 3]);
    expect(encoded).toMatchObject({ rows: 6 });
  });
});

describe('text', () => {
  it('is the rows of its words, unknown ones 0, padded with -1', () => {
    const spec = { column: 'c', transform: 'text', maxTokens: 4 } as const;
    const { vocabulary, of, encoded } = fitted(spec, ['Red TEA', 'red soap', 'Größe', 'red tea']);
    expect(vocabulary).toEqual(['red', 'tea', 'größe', 'soap']);
    expect(of('ＲＥＤ-Größe; blue!')).toEqual([1, 3, 0, -1]);
    expect(of('tea tea tea tea tea')).toEqual([2, 2, 2, 2]);
    expect(of('…')).toEqual([-1, -1, -1, -1]);
    expect(of(null)).toEqual([-1, -1, -1, -1]);
    expect(encoded).toMatchObject({ kind: 'embedding', rows: 5, dim: 8, indices: 4 });
  });

  it('has pairs of neighbouring words in rows of their own', () => {
    const spec = { column: 'c', transform: 'text', maxTokens: 3, buckets: 5, bigramBuckets: 7 } as const;
    const { of, encoded } = fitted(spec);
    const [red = 0, tea = 0, none, pair = 0, noPair] = of('red tea');
    expect([none, noPair]).toEqual([-1, -1]);
    expect(Math.max(red, tea)).toBeLessThan(5);
    expect(pair).toBeGreaterThanOrEqual(5);
    expect(encoded).toMatchObject({ rows: 12, indices: 5 });
    expect(of('tea red')[3]).not.toBe(pair);
  });
});

describe('hash, cross and boolean', () => {
  it('hash has a row of its own for null', () => {
    const { of, encoded } = fitted({ column: 'c', transform: 'hash', buckets: 3 });
    expect(of(null)).toEqual([0]);
    const rows = new Set(Array.from({ length: 50 }, (_, i) => of(i)[0]));
    expect([...rows].toSorted((a = 0, b = 0) => a - b)).toEqual([1, 2, 3]);
    expect(encoded).toMatchObject({ rows: 4 });
  });

  it('a cross is of the tuple: neither the joined texts nor one column alone', () => {
    const feature = featureSchema.parse({ columns: ['a', 'b'], transform: 'cross', buckets: 1_000_000 });
    const state = { transform: 'cross', buckets: 1_000_000 } as const;
    const encode = encodeTower([
      { encoded: encodedFeatureOf(feature, state, 0), encoder: encoderOf(state, []) },
    ]);
    const of = (a: FeatureValue, b: FeatureValue) => encode({ a, b }).indices[0];
    expect(new Set([of('x', 'yz'), of('xy', 'z'), of('yz', 'x'), of('x,y', 'z'), of('x', 'y,z')]).size).toBe(
      5,
    );
    expect([of(null, 'y'), of('x', null)]).toEqual([0, 0]);
    expect(of(1, true)).toBe(of('1', 'true'));
  });

  it('a boolean is 1 or 0, and what is neither is missing', () => {
    const { of } = fitted({ column: 'c', transform: 'boolean', missingIndicator: true });
    for (const yes of [true, 'TRUE', 't', 'Yes', ' y ', 1, '1']) expect(of(yes)).toEqual([1, 0]);
    for (const no of [false, 'false', 'F', 'no', 'N', 0]) expect(of(no)).toEqual([0, 0]);
    for (const neither of [null, undefined, '', 'maybe', 2]) expect(of(neither)).toEqual([0, 1]);
  });
});

describe('the width of an embedding', () => {
  it.each([
    [40, 8],
    [400, 16],
    [4_000, 32],
    [40_000, 64],
    [400_000, 128],
    [4_000_000, 256],
  ])('of %i buckets is %i unless given', (buckets, dim) => {
    expect(fitted({ column: 'c', transform: 'hash', buckets }).encoded).toMatchObject({ dim });
    expect(fitted({ column: 'c', transform: 'hash', buckets, dim: 5 }).encoded).toMatchObject({ dim: 5 });
  });
});
