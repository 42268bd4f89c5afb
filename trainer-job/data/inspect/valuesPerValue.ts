/** Which columns decide others: a product its category, a customer the customer's city. */
import type { Inspection } from '@trainyard/shared/profile/inspection';
import type { ColumnProfile, Profile } from '@trainyard/shared/profile/profile';
import type { Database } from '../database.js';
import { basicType, type RowsColumn } from '../validate/profile/columnSql.js';

/** Pairs grow with the square of the columns: beyond so many that may be decided, the rest is not looked at. */
const MOST_COLUMNS = 40;
/** Rows beyond these are not looked at: what decides another column shows in fewer. */
const MOST_ROWS = 300_000;
/** A column that decides others has at least so many values. */
const LEAST_DECIDING = 10;

/** Of each column that may name users or items, how many values of each other column a value of it has, in the mean. */
export async function valuesPerValue(
  database: Database,
  columns: readonly RowsColumn[],
  { rows, columns: profiles }: Profile,
): Promise<Inspection['valuesPerValue']> {
  const looked = columns.slice(0, MOST_COLUMNS);
  const profileOf = (name: string) => profiles.find((profile) => profile.name === name);
  const deciding = looked.filter(({ name, type }) => mayDecide(profileOf(name), type, rows));
  const found: Inspection['valuesPerValue'] = [];
  for (const by of deciding) {
    const others = looked.filter(
      ({ internal, type }) => internal !== by.internal && basicType(type) !== 'nested',
    );
    const counts = await database.counts(
      `SELECT count(DISTINCT ${by.internal}) AS all_values ${others
        .map(({ internal }, i) => `, ${pairsOf(by.internal, internal)} AS n${i}`)
        .join('')} FROM (SELECT * FROM rows LIMIT ${MOST_ROWS}) WHERE ${by.internal} IS NOT NULL`,
    );
    const all = counts['all_values'] ?? 0;
    if (all === 0) continue;
    others.forEach(({ name }, i) => {
      const { of, values } = { of: by.name, values: (counts[`n${i}`] ?? 0) / all };
      found.push({ of, column: name, values });
    });
  }
  return found;
}

/** Names of users and items recur; what is new in each row decides nothing. */
function mayDecide(profile: ColumnProfile | undefined, type: string, rows: number): boolean {
  if (!profile || profile.distinct < LEAST_DECIDING || profile.distinct > rows * 0.9) return false;
  const basic = basicType(type);
  return basic === 'text' || basic === 'number';
}

function pairsOf(by: string, other: string): string {
  return `count(DISTINCT CASE WHEN ${other} IS NOT NULL THEN hash(${by}, ${other}) END)`;
}
