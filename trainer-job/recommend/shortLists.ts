import { whole } from '@trainyard/shared';
import type { Database } from '../data/database.js';
import type { BatchRequest } from './batchRequest.js';
import { linesSql } from './writeTable.js';

/** Lists with fewer than k items; refused queries have none, and are none of these. */
export interface ShortLists {
  count: number;
  /** Of these, lists without an item: the table has no row of them. */
  empty: number;
  /** Items in the shortest and in the longest of these. */
  least: number;
  most: number;
}

export async function shortLists(
  database: Database,
  blocks: readonly string[],
  k: number,
): Promise<ShortLists> {
  const {
    count = 0,
    empty = 0,
    least = 0,
    most = 0,
  } = await database.counts(
    `SELECT count(*) AS count, count(*) FILTER (size = 0) AS empty, coalesce(min(size), 0) AS least, coalesce(max(size), 0) AS most
     FROM (SELECT len(items) AS size FROM ${linesSql(blocks)} WHERE refused IS NULL) WHERE size < ${k}`,
  );
  return { count, empty, least, most };
}

/** What lists could have: all items, or those that meet the conditions. */
interface Choice extends Pick<BatchRequest, 'lists' | 'k'> {
  total: number;
  items: number;
  /** Items that meet the conditions; null without any. */
  meeting: number | null;
  excludesSeen: boolean;
}

/** How many lists are short, how short, and why; null where none is. */
export function shortInWords(
  { count, empty, least, most }: ShortLists,
  { lists, k, total, items, meeting, excludesSeen }: Choice,
): string | null {
  if (count === 0) return null;
  const sizes = least === most ? whole(least) : `${whole(least)} to ${whole(most)}`;
  const none = empty === 0 || most === 0 ? '' : `, ${whole(empty)} of them none`;
  const choice =
    meeting === null
      ? `the model has ${whole(items)} items`
      : `${whole(meeting)} of the ${whole(items)} items meet where`;
  const left =
    lists === 'similarItems'
      ? ', and an item is not in its own list'
      : excludesSeen
        ? ', and what a user has is left out'
        : '';
  return `${whole(count)} of ${whole(total)} lists have fewer than ${whole(k)} items (${sizes}${none}): ${choice}${left}`;
}
