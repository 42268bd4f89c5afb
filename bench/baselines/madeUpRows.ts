import { randomFor } from '@trainyard/trainer-job/model/random';
import type { Row } from './idsOnly.js';

const USERS = 8000;
const ROWS = 200_000;
const GROUPS = 20;

/** As many rows and users as the demo's; a user prefers the items of one group, and of them the first. */
export function madeUpRows(items: number): Row[] {
  const random = randomFor(1, 'made-up rows');
  return Array.from({ length: ROWS }, (_, row) => {
    const user = Math.floor(random() * USERS);
    const group = random() < 0.8 ? user % GROUPS : Math.floor(random() * GROUPS);
    const place = Math.floor(random() ** 2 * Math.floor(items / GROUPS));
    // The first rows name every item once, so that the catalogue has as many as was asked for.
    const item = row < items ? row : place * GROUPS + group;
    const side = row < items ? 0 : random();
    return {
      user: String(user),
      item: String(item),
      split: side < 0.8 ? 'train' : side < 0.95 ? 'validation' : 'test',
    };
  });
}
