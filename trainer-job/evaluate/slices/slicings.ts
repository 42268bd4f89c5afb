/** What the rows of an evaluation are told apart by: what is asked for, and what every evaluation can tell. */
import { cutText, type LeftOut, type SliceAsked } from '@trainyard/shared';
import { isSlicedBy } from '@trainyard/shared/spec/rules/slices';
import type { EncodedDataset, EncodedTower } from '../../data/encodedDataset.js';
import { activitySlicings } from './activity.js';
import { type Categories, categoriesOf, tellsSeason } from './categories.js';
import { SEASON, WITHOUT_TIMES } from './season.js';
import type { Slicing } from './slicing.js';

/** Features with more values are sliced by where that is asked for. */
const FEW_VALUES = 20;

interface Measured {
  data: EncodedDataset;
  asked: readonly SliceAsked[];
  /** Whether the season is known of each row, so that no feature need tell it. */
  hasTimes: boolean;
  /** Query entities and items of the rows. */
  queries: Int32Array;
  items: Int32Array;
}

export interface Slicings {
  slicings: Slicing[];
  leftOut: LeftOut[];
}

export async function slicingsOf(measured: Measured): Promise<Slicings> {
  const { data, asked, hasTimes } = measured;
  const queries = distinct(measured.queries);
  const items = distinct(measured.items);
  const slicings: Slicing[] = [];
  const leftOut: LeftOut[] = [];
  for (const one of asked) {
    const slicing = await askedSlicing(data, one, queries, items);
    if (slicing) slicings.push(slicing);
    else
      leftOut.push({
        what: cutText(`slices by ${one.by}`, 200),
        why: 'no encoded feature says that value',
        remedy: null,
      });
  }
  const isAsked = (by: string) => asked.some((one) => one.by === by);
  for (const [tower, entities] of [
    [data.query, queries],
    [data.candidate, items],
  ] as const) {
    for (const position of usualFeatures(tower)) {
      const { name } = tower.features[position]!;
      const isSeason = tellsSeason(tower.meanings![position]!);
      if (isSeason && hasTimes) continue;
      const by = isSeason ? SEASON : name;
      const categories = isAsked(by) ? undefined : await categoriesOf(tower, position, entities);
      if (categories) slicings.push(slicingBy(by, tower === data.query, categories, false));
    }
  }
  slicings.push(...activitySlicings(data, queries));
  if (!hasTimes && !slicings.some(({ by }) => by === SEASON)) leftOut.push(WITHOUT_TIMES);
  return { slicings, leftOut };
}

async function askedSlicing(
  { query, candidate }: EncodedDataset,
  { by, boundaries }: SliceAsked,
  queries: Int32Array,
  items: Int32Array,
): Promise<Slicing | undefined> {
  for (const [tower, entities] of [
    [query, queries],
    [candidate, items],
  ] as const) {
    for (const [position, feature] of tower.features.entries()) {
      if (!isSlicedBy(feature, by)) continue;
      const categories = await categoriesOf(tower, position, entities, boundaries);
      if (categories) return slicingBy(by, tower === query, categories, true);
    }
  }
  return undefined;
}

function slicingBy(by: string, isOfQuery: boolean, { codes, label }: Categories, isAsked: boolean): Slicing {
  return { by, isAsked, label, sliceOf: (query, item) => codes[isOfQuery ? query : item]! };
}

/** Positions of the features that every evaluation slices by. */
function usualFeatures({ features, meanings, idFeature }: EncodedTower): number[] {
  return [...features.keys()].filter((position) => {
    const meaning = meanings?.[position];
    if (!meaning || position === idFeature) return false;
    const feature = features[position]!;
    const { transform } = meaning.fitted;
    if (transform === 'boolean' || tellsSeason(meaning)) return true;
    const isCategory = transform === 'lookup' || transform === 'bucketize';
    return isCategory && feature.kind === 'embedding' && feature.rows <= FEW_VALUES + 1;
  });
}

function distinct(values: Int32Array): Int32Array {
  return Int32Array.from(new Set(values));
}
