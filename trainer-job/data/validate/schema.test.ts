import { describe, expect, it } from 'vitest';
import type { DatasetSchema } from '@trainyard/shared/profile/datasetSchema';
import { schemaChanges } from './schema.js';

const schema = (column: Partial<DatasetSchema['columns'][number]>): DatasetSchema => ({
  schemaVersion: 1,
  columns: [
    { name: 'price', type: 'VARCHAR', kind: 'number', nullable: false, domain: null, range: null, ...column },
  ],
});

describe('the changes of a schema', () => {
  it('name a column of texts that held numbers alone and no longer does', () => {
    const before = schema({ range: { min: 0.5, max: 12 } });
    expect(schemaChanges(before, schema({ kind: 'id' }))).toEqual([
      {
        change: 'retyped',
        column: 'price',
        message: 'column "price" held texts that were all numbers, and now not all of them are',
      },
    ]);
    expect(schemaChanges(before, schema({ range: { min: 1, max: 2 } }))).toEqual([]);
  });

  it('have none where numbers have come to look like ids', () => {
    const before = schema({ type: 'BIGINT', range: { min: 0, max: 12 } });
    expect(schemaChanges(before, schema({ type: 'BIGINT', kind: 'id' }))).toEqual([]);
  });
});
