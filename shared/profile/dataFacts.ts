/** What a profile says of its data at a glance. It draws in no schema, so that pages can use it. */
import { PER_SECOND } from '../perSecond.js';
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

function timesOf({ kind, timeUnit, measured }: ColumnProfile): DataFacts['times'] {
  if (kind !== 'time' || !measured) return undefined;
  if (measured.of === 'epochSeconds') return { from: measured.min, to: measured.max };
  if (measured.of !== 'value' || timeUnit === undefined) return undefined;
  return { from: measured.min / PER_SECOND[timeUnit], to: measured.max / PER_SECOND[timeUnit] };
}
