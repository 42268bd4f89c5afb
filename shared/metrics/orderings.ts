/** The metrics that completed runs can be ordered by, and the indexes that this takes. */
import { z } from 'zod';
import { namesOf } from './availability.js';
import { isLowerBetter } from './direction.js';
import type { MetricTable } from './family.js';
import { canonicalMetricName, metricAlias } from './names.js';
import { METRICS } from './table.js';

/** The K of `evaluation.k` unless given: those of which there are indexes. */
export const USUAL_K = [5, 10, 50, 100] as const;

export function orderMetrics(table: MetricTable = METRICS): string[] {
  return Object.values(table).flatMap((family) =>
    family.orderedOn.flatMap((split) => namesOf(family, split, USUAL_K)),
  );
}

/** Each of them, or its alias, which becomes it. */
export function orderMetricSchemaOf(table: MetricTable = METRICS) {
  const names = orderMetrics(table);
  const aliases = names.flatMap((name) => metricAlias(name, table) ?? []);
  return z.enum([...names, ...aliases]).overwrite((name) => canonicalMetricName(name, table));
}

/** A composite index as `firestore.indexes.json` has it. */
export interface CompositeIndex {
  collectionGroup: string;
  queryScope: 'COLLECTION';
  fields: { fieldPath: string; order?: 'ASCENDING' | 'DESCENDING'; arrayConfig?: 'CONTAINS' }[];
}

/** The field of a run that holds a metric of its result. */
export function resultField(metric: string): string {
  return `result.metrics.${metric}`;
}

/** For each of them, the indexes of the best runs of a model: all, and those with a tag. */
export function orderIndexes(table: MetricTable = METRICS): CompositeIndex[] {
  return orderMetrics(table).flatMap((metric) =>
    [[], [{ fieldPath: 'tagPairs', arrayConfig: 'CONTAINS' as const }]].map((tagged) => ({
      collectionGroup: 'runs',
      queryScope: 'COLLECTION' as const,
      fields: [
        { fieldPath: 'modelId', order: 'ASCENDING' as const },
        { fieldPath: 'status', order: 'ASCENDING' as const },
        ...tagged,
        {
          fieldPath: resultField(metric),
          order: isLowerBetter(metric, table) ? ('ASCENDING' as const) : ('DESCENDING' as const),
        },
      ],
    })),
  );
}
