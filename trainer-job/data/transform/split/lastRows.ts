/** The last rows of each user, as the protocols of recommendation research hold them out: `leaveOneOut` and `lastN`. */
import type { Database } from '../../database.js';
import type { NotHeldOut, TiedRows } from './notes.js';

interface LastRows {
  /** A query of row and side: 0, 1 or 2 for train, validation and test. */
  sides: string;
  /** What one has to know of it, from the same rows. */
  counts(database: Database): Promise<{ tied: TiedRows; notHeldOut: NotHeldOut }>;
}

/**
 * @param columns SQL of the user as a text and of the time, of the view `rows`.
 * @param columns.perUser How many rows of each user go on either side.
 */
export function lastRowsSql({
  user,
  time,
  perUser,
}: {
  user: string;
  time: string;
  perUser: number;
}): LastRows {
  const from = `(SELECT n, ${user} AS owner, ${time} AS time, count(*) OVER (PARTITION BY ${user}) AS size,
      row_number() OVER (PARTITION BY ${user} ORDER BY ${time} DESC NULLS LAST, n DESC) - 1 AS place FROM rows)`;
  const isWhole = `owner IS NULL OR size < ${2 * perUser + 1}`;
  const side = `CASE WHEN ${isWhole} THEN 0 WHEN place < ${perUser} THEN 2 WHEN place < ${2 * perUser} THEN 1 ELSE 0 END`;
  return {
    sides: `SELECT n, ${side} AS side FROM ${from}`,
    async counts(database) {
      // The newest time on the sides before: of rows of that time the order of the source alone says which are held out.
      const before = (place: number) => `max(time) FILTER (place >= ${place}) OVER (PARTITION BY owner)`;
      const [row = {}] = await database.rows(
        `SELECT count(*) FILTER (side = 1 AND time = beforeValidation) AS validation,
            count(*) FILTER (side = 2 AND time = beforeTest) AS test,
            count(DISTINCT owner) FILTER (isWhole AND owner IS NOT NULL) AS users, count(*) FILTER (isWhole) AS whole
          FROM (SELECT owner, time, ${isWhole} AS isWhole, ${side} AS side,
              ${before(2 * perUser)} AS beforeValidation, ${before(perUser)} AS beforeTest FROM ${from})`,
      );
      const count = (name: string) => Number(row[name] ?? 0);
      return {
        tied: { validation: count('validation'), test: count('test') },
        notHeldOut: { users: count('users'), rows: count('whole') },
      };
    },
  };
}
