import { describe, expect, it } from 'vitest';
import { columnAsFeature } from './columnAsFeature.js';
import { dataFacts } from './dataFacts.js';
import { columnKindSchema, type ColumnProfile, type Profile } from './profile.js';
import { featureSchema } from '../spec/features.js';

const column = (name: string, parts: Partial<ColumnProfile>): ColumnProfile => ({
  name,
  type: 'BIGINT',
  kind: 'id',
  nulls: 0,
  nullShare: 0,
  distinct: 10,
  distinctIsExact: true,
  min: null,
  max: null,
  measured: null,
  top: [],
  ...parts,
});
const measured = (of: 'value' | 'epochSeconds', min: number, max: number): ColumnProfile['measured'] => ({
  of,
  rows: 2,
  min,
  max,
  mean: min,
  std: 0,
  zeros: 0,
  negatives: 0,
  quantiles: { p01: min, p05: min, p25: min, p50: min, p75: min, p95: min, p99: min },
  quantilesAreExact: true,
  histogram: [2],
  bins: { edges: [1], counts: [1, 1] },
});
const profile: Profile = {
  schemaVersion: 1,
  rows: 200,
  columns: [
    column('user', { distinct: 98 }),
    column('ms', { kind: 'time', timeUnit: 'ms', measured: measured('value', 1_000_000, 9_000_000) }),
    column('at', { kind: 'time', type: 'TIMESTAMP', measured: measured('epochSeconds', 5, 7) }),
    column('price', { kind: 'number', measured: measured('value', 5, 7) }),
  ],
};

describe('the facts of data', () => {
  it('are its rows, users, items and times, in whatever unit these are', () => {
    const facts = { rows: 200, users: 98, items: undefined };
    expect(dataFacts(profile, { user: 'user', time: 'ms' })).toEqual({
      ...facts,
      times: { from: 1000, to: 9000 },
    });
    expect(dataFacts(profile, { user: 'user', time: 'at' })).toEqual({ ...facts, times: { from: 5, to: 7 } });
  });

  it('have no times where a column of numbers is none', () => {
    expect(dataFacts(profile, { time: 'price' }).times).toBeUndefined();
  });
});

describe('a column as a feature', () => {
  it.each(columnKindSchema.options)('is one that may stand in a specification: %s', (kind) => {
    expect(featureSchema.safeParse(columnAsFeature({ name: 'x', kind })).error).toBeUndefined();
  });
});
