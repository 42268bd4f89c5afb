import {
  isReshaped,
  runWarning,
  type RunWarning,
  type TrainingSpec,
  whole,
  ownValue,
} from '@trainyard/shared';
import { hasInfinite, unmeasuredNumbers } from './infinite.js';
import type { ColumnProfile } from '@trainyard/shared/profile/profile';

/** Of fewer rows one value may well be as far from the others. */
const FEWEST_ROWS = 30;
/** A value that is alone has this share of the variance or more; of n rows none is farther from the mean than √n deviations. */
const ALONE = 0.98;

/** Columns that a model takes as numbers as they are, and one of whose values makes all others look alike. */
export function outweighing(
  { dataset, features }: Pick<TrainingSpec, 'dataset' | 'features'>,
  columns: readonly ColumnProfile[],
  rowsKept: number,
): RunWarning[] {
  const taken = takenAsTheyAre(features);
  return columns.flatMap((column) => {
    const { name, measured } = column;
    const becomes = ownValue(dataset.columns, name)?.outliers ?? 'report';
    if (!taken.has(name) || becomes !== 'report') return [];
    const beyond = beyondMeasure(column, rowsKept);
    if (beyond) return [beyond];
    if (!measured?.std || measured.rows < FEWEST_ROWS) return [];
    const { min, max, mean, std, rows } = measured;
    const farthest = max - mean > mean - min ? max : min;
    const share = (farthest - mean) ** 2 / (std ** 2 * rows);
    if (share < ALONE) return [];
    const size = farthest.toExponential(0).replace('e+', 'e');
    return [
      runWarning(
        'one-value-outweighs',
        `one value of column "${name}", about ${size}, makes up ${Math.floor(100 * share)} % of its variance: all others look alike beside it`,
        `set dataset.columns["${name}"].outliers to "imputeMedian", or "clip" or "log1p" where the column is used`,
        { rows },
      ),
    ];
  });
}

/** Finite numbers whose squares would overflow, so that a profile leaves them out. */
function beyondMeasure(column: ColumnProfile, rowsKept: number): RunWarning | undefined {
  const rows = unmeasuredNumbers(column, rowsKept);
  if (rows === 0 || hasInfinite(column)) return undefined;
  const { name, min, max } = column;
  const largest = Math.max(Math.abs(Number(min)), Math.abs(Number(max)));
  const size = largest.toExponential(0).replace('e+', 'e');
  const what = rows === 1 ? 'one value' : `${whole(rows)} values`;
  return runWarning(
    'one-value-outweighs',
    `${what} of column "${name}", as large as about ${size}, ${rows === 1 ? 'leaves' : 'leave'} nothing of all others: these look alike beside ${rows === 1 ? 'it' : 'them'}`,
    `set dataset.columns["${name}"].outliers to "imputeMedian", or drop such rows by dataset.where`,
    { rows: rowsKept, tooLarge: rows },
  );
}

function takenAsTheyAre({
  query,
  candidate,
  target,
  sampleWeight,
}: TrainingSpec['features']): ReadonlySet<string> {
  const features = [...query, ...candidate].filter((feature) => feature.transform === 'normalize');
  return new Set([
    ...features.filter(({ clip, log1p }) => !clip && !log1p).map(({ column }) => column),
    ...(target && target.threshold === undefined && !isReshaped(target) ? [target.column] : []),
    ...(sampleWeight && sampleWeight.halfLifeDays === undefined ? [sampleWeight.column] : []),
  ]);
}
