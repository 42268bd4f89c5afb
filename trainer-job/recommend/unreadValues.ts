import type { FeatureValue } from '@trainyard/recommender';
import { cutText } from '@trainyard/shared';
import type { Database } from '../data/database.js';

/** What is said of a column's values names so many of them. */
export const EXAMPLES = 3;
export const LONGEST = 60;

interface Unread {
  given: number;
  count: number;
  examples: string[];
}

/**
 * Says of each column how many of its values cannot be read, and so count as missing. `table` has the
 * columns `names` as c0, c1 … by the place n of each query.
 */
export async function noteUnread(
  database: Database,
  table: string,
  names: readonly string[],
  unreadBy: ReadonlyMap<string, (value: FeatureValue) => boolean>,
  onNote: (note: string) => void,
): Promise<void> {
  if (!names.some((name) => unreadBy.has(name))) return;
  const rows = `SELECT ${names.map((_, c) => `c${c}`).join(', ')} FROM ${table} ORDER BY n`;
  const found = names.map((): Unread => ({ given: 0, count: 0, examples: [] }));
  let before = 0;
  await database.scan(rows, (columns, size) => {
    names.forEach((name, c) => {
      const [isUnread, own, values] = [unreadBy.get(name), found[c], columns[c]];
      if (isUnread && own && values) addUnread(own, values as readonly (string | null)[], isUnread, before);
    });
    before += size;
  });
  found.forEach(({ given, count, examples }, c) => {
    if (count > 0) {
      onNote(
        `${count} of ${given} values of ${names[c]} cannot be read as what the column has, and count as missing ones, such as ${examples.join(', ')}`,
      );
    }
  });
}

function addUnread(
  own: Unread,
  values: readonly (string | null)[],
  isUnread: (value: FeatureValue) => boolean,
  before: number,
): void {
  values.forEach((value, row) => {
    if (value === null) return;
    own.given++;
    if (!isUnread(value)) return;
    own.count++;
    if (own.examples.length < EXAMPLES)
      own.examples.push(`${JSON.stringify(cutText(value, LONGEST))} of query ${before + row + 1}`);
  });
}
