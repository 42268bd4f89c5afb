/** What the version that serves predicts for the rows that are measured. */
import type { LeftOut } from '@trainyard/shared';
import type { Evaluated } from '../part.js';
import { ratedPairs, type RatedPairs } from '../ratings/ratedPairs.js';
import type { Rater } from '../ratings/rater.js';
import { isOpen, leftOutOf, orLeftOut, PRODUCTION, RowsOfQueries, type Production } from './production.js';

/** Pairs that are predicted at once. */
const BLOCK = 1024;

type RatedSplitName = RatedPairs['split'];

/**
 * Null where no version serves; else what it predicts for the `splits`, or why there is nothing. An item that the version does not
 * have is predicted as its service would: as an unknown one.
 */
export async function productionRater(
  evaluated: Evaluated,
  splits: readonly RatedSplitName[],
): Promise<Rater | LeftOut | null> {
  const { production, data, between } = evaluated;
  if (!production) return null;
  if (!isOpen(production)) return production;
  const { model, uri, version, predictsSame } = production;
  if (model.type === 'retrieval')
    return leftOutOf(PRODUCTION, `the version that serves, ${uri}, predicts no target`);
  if (!predictsSame)
    return leftOutOf(
      PRODUCTION,
      `the version that serves, ${uri}, predicts another target than this model, or with another threshold`,
    );
  const found = await orLeftOut(production, between, async () => {
    const predicted = new Map<RatedSplitName, Float64Array>();
    for (const split of splits)
      predicted.set(split, await predictions(evaluated, production, ratedPairs(data, split)));
    return predicted;
  });
  if ('why' in found) return found;
  return {
    name: PRODUCTION,
    settings: { version, uri },
    async predict({ split }) {
      const own = found.get(split);
      if (!own) throw new Error(`production was not asked about ${split}`);
      return own;
    },
  };
}

async function predictions(
  { data, between }: Evaluated,
  { model, valuesOf }: Production,
  { queries, items, split }: RatedPairs,
): Promise<Float64Array> {
  const ids = (await data.candidate.meanings?.[data.candidate.idFeature]?.vocabulary()) ?? [];
  const known = new RowsOfQueries(data, split);
  const rows = queries.map((query, i) => known.rowWith(query, items[i]!));
  const { distinct, index } = await valuesOf(split, rows);
  const predicted = new Float64Array(items.length);
  for (let start = 0; start < items.length; start += BLOCK) {
    const block = Array.from(items.subarray(start, start + BLOCK), (item, i) => ({
      query: distinct[index[start + i]!]!,
      item: ids[item - 1]!,
    }));
    predicted.set(model.predict(block), start);
    await between();
  }
  return predicted;
}
