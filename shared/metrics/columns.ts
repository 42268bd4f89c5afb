/** The columns of the terminal's tables, and what a result is judged by. */
import { familiesOf, namesOf, type MeasuredModel } from './availability.js';
import { metricTitle } from './display.js';
import type { MetricFamily, MetricSplit, MetricTable } from './family.js';
import { nameOf, parseMetricName } from './names.js';
import { METRICS } from './table.js';

export interface MetricColumn {
  title: string;
  /** The metric's. */
  name: string;
  /** What is left out first where the lines are too short; what has none stays. */
  dropOrder?: number;
}

/** The most K of a family in a table of epochs, and which of them rather than others. */
const MOST_K = 3;
const PREFERRED_K = [10, 50, 100];

/** Of a row for each epoch: as the training went, then on validation. */
export function epochMetricColumns(model: MeasuredModel, table: MetricTable = METRICS): MetricColumn[] {
  const preferred = PREFERRED_K.filter((k) => model.k.includes(k));
  const shown = preferred.length > 0 ? preferred : model.k.slice(0, MOST_K);
  return (['training', 'validation'] as const).flatMap((split) =>
    shownFamilies(model, split, 'epochs', table).flatMap((family) => {
      const names = namesOf(family, split, shown);
      return names.map((name, i) => ({
        name,
        title: metricTitle(name, undefined, table),
        ...(i < names.length - 1 && { dropOrder: 10 - i }),
      }));
    }),
  );
}

/**
 * Of a result on the test split, beside its baselines: of the users that training knows, or of those that it does not, which the titles
 * leave out. The primary metric, by which the verdict goes, is always among the former, and where tables do not show it anyway the last.
 */
export function resultMetricColumns(
  model: MeasuredModel,
  users: 'known' | 'cold' = 'known',
  table: MetricTable = METRICS,
): MetricColumn[] {
  const names = shownFamilies(model, 'test', 'result', table)
    .filter((family) => (family.users ?? 'known') === users)
    .flatMap((family) => namesOf(family, 'test', model.k));
  const primary = users === 'known' ? leadingMetric(model, 'test', table) : undefined;
  if (primary !== undefined && !names.includes(primary)) names.push(primary);
  return names.map((name) => ({
    name,
    title: metricTitle(name, 'test', table).replace(`${users} users `, ''),
  }));
}

/** Those of the metrics that results are shown by, whatever the model: for what knows no specification. */
export function resultMetrics(names: readonly string[], table: MetricTable = METRICS): string[] {
  return names.filter((name) => {
    const parsed = parseMetricName(name, table);
    return parsed?.split === 'test' && parsed.family.columns.includes('result');
  });
}

/**
 * The metric that says most of a model in one number, on a split: the primary metric of the specification, else the first of the result at
 * the largest K; undefined where there is none.
 */
export function leadingMetric(
  model: MeasuredModel,
  split: MetricSplit,
  table: MetricTable = METRICS,
): string | undefined {
  const primary = model.primaryMetric === undefined ? undefined : parseMetricName(model.primaryMetric, table);
  if (primary?.family.splits.includes(split)) return nameOf({ ...primary, split });
  const [family] = shownFamilies(model, split, 'result', table);
  return family && namesOf(family, split, [Math.max(...model.k)])[0];
}

function shownFamilies(
  model: MeasuredModel,
  split: MetricSplit,
  where: MetricFamily['columns'][number],
  table: MetricTable,
): MetricFamily[] {
  return familiesOf(model, split, table).filter(({ columns }) => columns.includes(where));
}
