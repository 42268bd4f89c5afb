/** How far predicted numbers are off: how their errors are distributed, which are the largest, and of which categories. */
import { cutText, type EvaluationReport, type LeftOut } from '@trainyard/shared';

import { valuesAt } from '../../../model/valuesAt.js';
import type { Findings } from '../../findings.js';
import { MODEL, type PartContext, type Rated } from '../../part.js';
import { distributionOf, momentsOf, quantileOf } from './distribution.js';
import { eachBlock, readableFeatures, type ReadableFeature } from './rowValues.js';

type RatingErrors = NonNullable<EvaluationReport['ratingErrors']>;

const LARGEST = 10;
/** Of a feature with more categories most would have few rows. */
const MOST_CATEGORIES = 50;

type Context = Pick<PartContext, 'data' | 'between' | 'rated'>;
const TOWERS = ['query', 'candidate'] as const;
type Tower = (typeof TOWERS)[number];

/** Of models that predict numbers. */
export async function ratingErrors(context: Context): Promise<Partial<Findings>> {
  const { rated } = context;
  const predicted = rated?.predicted.get(MODEL);
  if (!rated || !predicted || rated.isBinary || rated.actual.length === 0) return {};
  if (!predicted.every(Number.isFinite)) {
    return {
      leftOut: [{ what: 'the errors of predictions', why: 'some predictions are no numbers', remedy: null }],
    };
  }
  const errors = predicted.map((value, row) => value - rated.actual[row]!);
  const { byCategory, leftOut } = await errorsByCategory(context, rated, errors);
  return {
    ratingErrors: {
      distribution: distributionOf(errors),
      largest: await largestErrors(context, rated, errors),
      byCategory,
    },
    leftOut,
  };
}

/** [at most 10] rows, the largest absolute error first; of equal ones, the earlier row. */
export function largestRows(errors: Float64Array): Int32Array {
  const largest: number[] = [];
  errors.forEach((error, row) => {
    const size = Math.abs(error);
    if (largest.length === LARGEST && size <= Math.abs(errors[largest.at(-1)!]!)) return;
    const place = largest.findIndex((other) => Math.abs(errors[other]!) < size);
    largest.splice(place < 0 ? largest.length : place, 0, row);
    largest.length = Math.min(largest.length, LARGEST);
  });
  return Int32Array.from(largest);
}

/** With the ids and the values of their rows, as far as encodings tell them. */
export async function largestErrors(
  { data }: Pick<Context, 'data'>,
  { pairs, actual, predicted }: Rated,
  errors: Float64Array,
): Promise<RatingErrors['largest']> {
  const rows = largestRows(errors);
  const found = Array.from(rows, (row) => ({
    row: pairs.rows[row]!,
    ids: { query: String(data.query.ids[pairs.queries[row]!]), candidate: String(pairs.items[row]) },
    values: new Map<string, string>(),
    actual: actual[row]!,
    predicted: predicted.get(MODEL)![row]!,
  }));
  for (const tower of TOWERS) {
    const features = await readableFeatures(data[tower], () => true);
    const encoded = data[tower].rows(valuesAt(entitiesOf(pairs, tower), rows));
    for (const feature of features) {
      found.forEach((row, place) => {
        const value = cutText(feature.valueAt(encoded, place), 500);
        if (feature.isId) row.ids[tower] = value;
        else row.values.set(nameOf(feature, tower, data), value);
      });
    }
  }
  return found.map(({ row, ids, values, ...figures }) => ({
    row,
    user: ids.query,
    item: ids.candidate,
    values: Object.fromEntries(values),
    ...figures,
  }));
}

function entitiesOf({ queries, items }: Rated['pairs'], tower: Tower): Int32Array {
  return tower === 'query' ? queries : items;
}

/** Where both towers have a feature of that name, whose it is stands before it. */
function nameOf({ name }: Pick<ReadableFeature, 'name'>, tower: Tower, data: Context['data']): string {
  const other = tower === 'query' ? 'candidate' : 'query';
  const isShared = data[other].features.some((feature) => feature.name === name);
  return isShared ? `${tower === 'query' ? 'user' : 'item'} ${name}` : name;
}

/** Features in their order; of each, the category with the most rows first. */
async function errorsByCategory(
  { data, between }: Context,
  { pairs }: Rated,
  errors: Float64Array,
): Promise<{ byCategory: RatingErrors['byCategory']; leftOut: LeftOut[] }> {
  const byCategory: RatingErrors['byCategory'] = [];
  const tooMany: string[] = [];
  for (const tower of TOWERS) {
    const features = await readableFeatures(data[tower], ({ categories, isId, name }) => {
      if (categories === null || isId) return false;
      if (categories > MOST_CATEGORIES) tooMany.push(name);
      return categories <= MOST_CATEGORIES;
    });
    const groups = features.map(() => new Map<string, number[]>());
    await eachBlock(data[tower], entitiesOf(pairs, tower), between, (encoded, first, count) => {
      features.forEach((feature, f) => {
        for (let place = 0; place < count; place++) {
          const value = feature.valueAt(encoded, place);
          const group = groups[f]!.get(value);
          if (group) group.push(errors[first + place]!);
          else groups[f]!.set(value, [errors[first + place]!]);
        }
      });
    });
    features.forEach((feature, f) => {
      const by = cutText(nameOf(feature, tower, data), 200);
      byCategory.push(...summariesOf(groups[f]!).map((summary) => ({ by, ...summary })));
    });
  }
  return { byCategory, leftOut: tooMany.length === 0 ? [] : [withoutCategories(tooMany)] };
}

function summariesOf(
  groups: ReadonlyMap<string, number[]>,
): Omit<RatingErrors['byCategory'][number], 'by'>[] {
  return [...groups]
    .map(([value, own]) => {
      const sorted = Float64Array.from(own).toSorted();
      const { mean, std } = momentsOf(sorted);
      return {
        value: cutText(value, 200),
        count: own.length,
        meanError: mean,
        medianError: quantileOf(sorted, 0.5),
        errorStd: std,
      };
    })
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

function withoutCategories(names: readonly string[]): LeftOut {
  return {
    what: cutText(`the errors by category of ${names.join(', ')}`, 200),
    why: `each has more than ${MOST_CATEGORIES} values`,
    remedy: null,
  };
}
