/** What `validate` has measured of the data, as gates ask for it. */
import { isBetter, METRICS, parseMetricName } from '@trainyard/shared';
import type { OutlierShare } from '../data/validate/outlierShares.js';
import { lastingColumns } from '../data/validate/drift/lastingColumns.js';
import type { Profile } from '@trainyard/shared/profile/profile';
import type { Validation } from '@trainyard/shared/profile/validation';

export interface DataEvidence {
  profile: Profile;
  validation: Pick<Validation, 'drift' | 'reference'>;
  /** Of the columns of numbers; null where no gate asks for them. */
  outliers: readonly OutlierShare[] | null;
}

export interface Measured {
  column: string;
  value: number;
}

/** A metric of the data, of one column or of the worst; words where there is none, which say why. */
export function dataFigure(
  metric: string,
  column: string | undefined,
  evidence: DataEvidence,
): Measured | string {
  const { profile, validation } = evidence;
  const isDrift = family(metric) !== METRICS.missingShare && family(metric) !== METRICS.outlierShare;
  if (column !== undefined && !profile.columns.some(({ name }) => name === column))
    return `the data have no column ${column}: there is ${profile.columns.map(({ name }) => name).join(', ')}`;
  const measured = measuredColumns(metric, evidence);
  const lasting = lastingColumns(profile);
  // Ids, texts and times are new in new data: their drift counts only where a gate names them.
  const asked = measured.filter((one) =>
    column === undefined ? !isDrift || lasting.includes(one.column) : one.column === column,
  );
  const [worst] = asked.toSorted((a, b) =>
    isBetter(metric, a.value, b.value) ? 1 : a.value === b.value ? 0 : -1,
  );
  if (worst) return worst;
  if (isDrift && validation.drift.length === 0)
    return `nothing to compare the data with: ${validation.reference.replace(/^not checked: /, '')}`;
  return column === undefined ? 'no column has it' : `it is not measured of the column ${column}`;
}

const family = (metric: string) => parseMetricName(metric)?.family;

function measuredColumns(metric: string, { profile, validation, outliers }: DataEvidence): Measured[] {
  const drifts = validation.drift;
  switch (family(metric)) {
    case METRICS.missingShare:
      return profile.columns.map(({ name, nullShare }) => ({ column: name, value: nullShare }));
    case METRICS.outlierShare:
      return (outliers ?? []).map(({ column, share }) => ({ column, value: share }));
    case METRICS.psi:
      return drifts.map(({ column, psi }) => ({ column, value: psi }));
    case METRICS.kl:
      return drifts.map(({ column, kl }) => ({ column, value: kl }));
    case METRICS.ksPValue:
      return drifts.flatMap(({ column, ks }) => (ks ? [{ column, value: ks.pValue }] : []));
    default:
      return [];
  }
}
