import { describe, expect, it } from 'vitest';
import { shopDataset } from '../../../test/support/training/shopDataset.js';
import { evaluationRows } from '../ranks/evaluationRows.js';
import { measuredRanks } from './measured.js';

describe('what was measured, in words', () => {
  it.each([
    ['row', undefined, 'each test row whose user and item occur in train, among all items of the catalogue'],
    [
      'row',
      { column: 'rating', is: 'greaterOrEqual', value: 4 },
      'each test row that meets evaluation.relevant and whose user and item occur in train, among all items of the catalogue',
    ],
    [
      'user',
      { column: 'rating', is: 'greaterOrEqual', value: 4 },
      'each user of train with test rows that meet evaluation.relevant, whose relevant items are the distinct ones of these rows that occur in train, among all items of the catalogue',
    ],
  ] as const)('per %s, with evaluation.relevant %j', (per, relevant, how) => {
    const data = shopDataset();
    const protocol = { per, exclude: 'none', seed: 1 } as const;
    const rows = evaluationRows(data, 'test', 'known', protocol);
    expect(measuredRanks(data, rows, protocol, { relevant }).how).toBe(how);
  });
});
