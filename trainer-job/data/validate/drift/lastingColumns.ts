import type { ColumnProfile, Profile } from '@trainyard/shared/profile/profile';
import type { ColumnDrift } from '@trainyard/shared/profile/validation';

/** Kinds whose distribution is expected to last: new ids, names and times are what new data is made of. */
const LASTING: readonly ColumnProfile['kind'][] = ['number', 'category', 'boolean'];

export function lastingColumns({ columns }: Profile): string[] {
  return columns.filter(({ kind }) => LASTING.includes(kind)).map(({ name }) => name);
}

/** Above it a population counts as another one (Siddiqi, Credit Risk Scorecards, 2006). */
const ANOTHER_POPULATION = 0.25;

/** The columns that should last and have not, whatever the specification allows. */
export function driftedColumns(profile: Profile, drifts: readonly ColumnDrift[]): string[] {
  const lasting = lastingColumns(profile);
  return drifts
    .filter(({ column, psi }) => lasting.includes(column) && psi > ANOTHER_POPULATION)
    .map(({ column }) => column);
}
