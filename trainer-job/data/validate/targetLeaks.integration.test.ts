import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainingSpecInput } from '@trainyard/shared';
import { prepared, userItemSpec } from '../../../test/support/data/prepared.js';
import { writeParquet } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';

/** 1,000 ratings of 1 to 5, and what could tell them. */
const RATINGS = `SELECT *, rating >= 4 AS good, CAST(rating * 2 AS VARCHAR) AS text, -rating / 7.0 AS negative,
    exp(rating) AS "exp", CASE WHEN i % 3 > 0 THEN rating END AS "some", CASE WHEN i = 500 THEN rating < 4 ELSE rating >= 4 END AS "nearly",
    rating + 3 * (i * 7919 % 11) AS noisy, 1 AS constant, i AS number
  FROM (SELECT i, 'u' || (i % 50) AS "user", 'i' || (i * 31 % 37) AS item, 1 + (i * 2654435761 % 1009) % 5 AS rating FROM range(1000) t(i))`;

/** The columns that are warned of. */
async function leaksOf(target: { column: string; threshold?: number }, columns: readonly string[]) {
  const folder = await temporaryFolder();
  await writeParquet(join(folder, 'rows.parquet'), RATINGS);
  const spec = userItemSpec('rows.parquet');
  const read = columns.map((column) => ({ column, transform: 'lookup' as const }));
  const { reports } = await prepared(folder, {
    ...spec,
    features: { ...spec.features, query: [...spec.features.query, ...read], target },
    model: { type: 'ranking' },
  } satisfies TrainingSpecInput);
  return reports
    .flatMap(({ warnings }) => warnings)
    .filter(({ code }) => code === 'target-leak')
    .map(({ message }) => message);
}

const told = (columns: readonly string[], messages: readonly string[]) =>
  expect(messages.map((message) => /^column "(\w+)"/.exec(message)?.[1])).toEqual(columns);

describe('a feature that gives the target away', () => {
  it('is warned of with its rank correlation, whatever its scale, direction and type', async () => {
    const messages = await leaksOf({ column: 'rating' }, [
      'text',
      'negative',
      'exp',
      'some',
      'noisy',
      'constant',
      'number',
    ]);
    told(['exp', 'negative', 'some', 'text'], messages);
    expect(messages[1]).toBe(
      'column "negative", which a feature reads, gives the target "rating" away: in 1,000 rows that were looked at their rank correlation is -1.0000',
    );
    expect(messages[2]).toContain('in 666 rows');
  });

  it('of two values is one that is the same row by row', async () => {
    told(['good'], await leaksOf({ column: 'rating', threshold: 4 }, ['good', 'nearly', 'noisy']));
    told([], await leaksOf({ column: 'rating' }, ['good', 'nearly']));
  });
});
