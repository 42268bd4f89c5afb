/** Who, what and when: the columns of a table that a recommendation model is trained on. */
import type { ColumnCleaning } from '@trainyard/shared';
import type { Inspection } from '@trainyard/shared/profile/inspection';
import type { ColumnProfile } from '@trainyard/shared/profile/profile';
import { endsAsId, saysRole } from './columnNames.js';

export const ROLES = ['user', 'item', 'time'] as const;
export type Role = (typeof ROLES)[number];

/** Columns by role. A table has no time where nothing says when its rows were. */
export interface Roles {
  user: string;
  item: string;
  time: string | null;
}

/** Users and items have at least so many values. */
const LEAST_IDS = 3;
/** Whose values hardly recur names neither: each row has its own. */
const MOST_DISTINCT = 0.9;

/** The columns that may have a role, the likeliest first; those that nothing speaks for come last. */
export function candidatesFor(role: Role, inspection: Inspection): string[] {
  return inspection.profile.columns
    .map((column) => ({ name: column.name, score: scoreOf(role, column, inspection) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map(({ name }) => name);
}

/** The roles that are likely, those that `given` names among them; undefined of a role that no column can have. */
export function likelyRoles(
  inspection: Inspection,
  given: Partial<Roles>,
): Partial<Roles> & { time: string | null } {
  const taken = new Set(Object.values(given));
  const likely = (role: Role) => {
    if (given[role] !== undefined) return given[role] ?? undefined;
    const found = candidatesFor(role, inspection).find((name) => !taken.has(name));
    if (found !== undefined) taken.add(found);
    return found;
  };
  const time = given.time === null ? null : (likely('time') ?? null);
  const user = likely('user');
  const item = likely('item');
  return { time, ...(user !== undefined && { user }), ...(item !== undefined && { item }) };
}

function scoreOf(role: Role, column: ColumnProfile, inspection: Inspection): number {
  if (role === 'time') return timeScore(column, inspection.readings[column.name] ?? []);
  return canBeId(column, inspection) ? idScore(role, column) : 0;
}

/** Ids are texts or whole numbers that recur. */
function canBeId(
  { name, type, kind, distinct, nulls }: ColumnProfile,
  { profile, readings }: Inspection,
): boolean {
  const present = profile.rows - nulls;
  if (distinct < LEAST_IDS || distinct > present * MOST_DISTINCT || kind === 'time' || kind === 'boolean')
    return false;
  const isFraction = kind === 'number' && !isWholeNumber(type, readings[name] ?? []);
  return !isFraction;
}

function isWholeNumber(type: string, readings: readonly ColumnCleaning[]): boolean {
  return /INT/.test(type) || readings.some(({ cast }) => cast === 'int64');
}

function idScore(role: 'user' | 'item', { name, kind }: ColumnProfile): number {
  const other = role === 'user' ? 'item' : 'user';
  const says = saysRole(name, role);
  const isNamed = endsAsId(name) || kind === 'id';
  // What names the other may not have this role: a number that nobody calls an id, neither.
  if (says === 0 && (saysRole(name, other) > 0 || !isNamed || saysRole(name, 'time') > 0)) {
    return role === 'item' && kind !== 'number' ? saysRole(name, 'itemText') : 0;
  }
  return 4 * says + (isNamed ? 1 : 0) + (kind === 'number' ? -0.5 : 0);
}

function timeScore({ name, kind, measured }: ColumnProfile, readings: readonly ColumnCleaning[]): number {
  const says = saysRole(name, 'time');
  if (kind === 'time') return 3 + says;
  if (!readings.some(({ cast }) => cast === 'timestamp')) return 0;
  // Numbers in the range of times may be anything: they are times where the name says so.
  const isNumber = measured !== null && measured.of === 'value';
  if (isNumber) return says > 0 ? 1 + says : 0;
  return 2 + says;
}
