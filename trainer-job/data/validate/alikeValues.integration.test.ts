import { describe, expect, it } from 'vitest';
import { prepared, userItemSpec, writeLines } from '../../../test/support/data/prepared.js';
import { jsonLines } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';

const CODES = ['values-alike', 'missing-as-text', 'constant-feature', 'blanks-differ'];

/** What is warned of users that `user` makes of the number of each of 100 rows. */
async function warned(user: (i: number) => unknown) {
  const folder = await temporaryFolder();
  const rows = Array.from({ length: 100 }, (_, i) => ({
    user: user(i),
    item: `i${i % 5}`,
    shop: 'the one',
    n: i,
  }));
  const spec = userItemSpec(await writeLines(folder, 'rows.jsonl', jsonLines(rows)));
  const query = [...spec.features.query, { column: 'shop', transform: 'lookup' as const }];
  const { reports } = await prepared(folder, { ...spec, features: { ...spec.features, query } });
  const warnings = reports.flatMap((report) => report.warnings).filter(({ code }) => CODES.includes(code));
  return warnings.map(({ message }) => message);
}

const CONSTANT = /^column "shop" has the same value in all 100 rows/;
const twice = (values: string, by: string) =>
  new RegExp(`^${values} of column "user" differs? from another by ${by} alone, and \\d+ rows hold one`);

describe('users', () => {
  it.each<[string, (i: number) => unknown, RegExp[]]>([
    ['that are what they are', (i) => `u${i % 7}`, [CONSTANT]],
    [
      'in both cases',
      (i) => (i % 2 === 0 ? `u${i % 7}` : `U${i % 7}`),
      [CONSTANT, twice('7 values', 'upper and lower case')],
    ],
    [
      'that all begin with a blank',
      (i) => ` u${i % 7}`,
      [
        CONSTANT,
        /^the values of column "user" begin or end with a blank in 100 of 100 rows, as " u0" does: /,
      ],
    ],
    ['one of which begins with a blank', (i) => (i % 7 === 0 ? ' u0' : `u${i % 7}`), [CONSTANT]],
    [
      'that are there with and without blanks',
      (i) => (i % 30 === 0 ? 'u' : ' u'),
      [CONSTANT, twice('1 value', 'blanks at the ends')],
    ],
    ['that are codes of both cases', (i) => ['aBc', 'AbC', 'qRsT', 'xYz'][i % 4], [CONSTANT]],
    [
      'in two forms of Unicode, and with a character that nobody sees',
      (i) => ['caf\u00E9', 'cafe\u0301', 'u', 'u\u200B'][i % 4],
      [CONSTANT, twice('2 values', 'characters that look the same or are not seen')],
    ],
    [
      'as numbers that are written in several ways',
      (i) => ['7', '7.0', '007', 'x', '70'][i % 5],
      [CONSTANT, twice('2 values', 'how the same number is written, as in 7, 7\\.0 and 007,')],
    ],
    [
      'some of which are words for none',
      (i) => ['NULL', '', 'None', 'u1', 'u2'][i % 5],
      [
        CONSTANT,
        /^column "user" holds "" in 20 rows, "NULL" in 20 rows, "None" in 20 rows: what looks like a missing value/,
      ],
    ],
  ])('%s', async (_, user, says) => {
    expect(await warned(user)).toEqual(says.map((one) => expect.stringMatching(one) as string));
  });
});
