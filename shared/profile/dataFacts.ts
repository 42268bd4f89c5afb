/** What a profile says of its data at a glance. It draws in no schema, so that pages can use it. */
import { instantText, measuredAsTimes } from './measures.js';
import type { ColumnProfile, Profile } from './profile.js';

interface Roles {
  user?: string | undefined;
  item?: string | undefined;
  time?: string | undefined;
}

export interface DataFacts {
  rows: number;
  /** Undefined where no column of the data says who. */
  users: number | undefined;
  items: number | undefined;
  /** In seconds since 1970. */
  times: { from: number; to: number } | undefined;
}

export function dataFacts({ rows, columns }: Profile, { user, item, time }: Roles): DataFacts {
  const named = (name: string | undefined) => columns.find((column) => column.name === name);
  const when = named(time);
  return { rows, users: named(user)?.distinct, items: named(item)?.distinct, times: when && timesOf(when) };
}

function timesOf(column: ColumnProfile): DataFacts['times'] {
  const measured = measuredAsTimes(column);
  return column.kind === 'time' && measured?.of === 'epochSeconds'
    ? { from: measured.min, to: measured.max }
    : undefined;
}

/** `2.45M rows, 98K users, 36K items, 2026-05-01 to 2026-10-31`, with counts as `count` writes them. */
export function factWords(
  { rows, users, items, times }: DataFacts,
  count: (count: number) => string,
): string {
  const parts = [
    `${count(rows)} rows`,
    users === undefined ? '' : `${count(users)} users`,
    items === undefined ? '' : `${count(items)} items`,
    times === undefined ? '' : `${day(times.from)} to ${day(times.to)}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const day = (seconds: number) => instantText(seconds).slice(0, 10);
