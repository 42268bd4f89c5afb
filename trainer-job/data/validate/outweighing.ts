import { isReshaped, runWarning, type RunWarning, type TrainingSpec } from '@trainyard/shared';
import type { ColumnProfile } from './profile/profile.js';

/** Of fewer rows one value may well be as far from the others. */
const FEWEST_ROWS = 30;
/** A value that is alone has this share of the variance or more; of n rows none is farther from the mean than √n deviations. */
const ALONE = 0.98;

/** Columns that a model takes as numbers as they are, and one of whose values makes all others look alike. */
export function outweighing(
  { dataset, features }: Pick<TrainingSpec, 'dataset' | 'features'>,
  columns: readonly ColumnProfile[],
): RunWarning[] {
  const taken = takenAsTheyAre(features);
  return columns.flatMap(({ name, measured }) => {
    const becomes = dataset.columns[name]?.outliers ?? 'report';
    if (!taken.has(name) || becomes !== 'report' || !measured?.std || measured.rows < FEWEST_ROWS) return [];
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
