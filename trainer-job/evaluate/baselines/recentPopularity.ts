import { TIME_STRATEGIES } from '@trainyard/shared';
import { chosen } from './chosen.js';
import { fixedOrder } from './fixedOrder.js';
import { itemCounts } from './interactions.js';
import { titleOf, type Maker } from './maker.js';
import { placesBy, type Places } from './places.js';
import type { EncodedDataset } from '../../data/encodedDataset.js';

const DAY_SECONDS = 86_400;
/** What the time that the training rows span is divided by for the half-lives that are tried: from all of it to the last few percent. */
const PARTS = [1, 2, 4, 8, 16, 32, 64] as const;

/** By the number of training rows, of which each counts half as much for each half-life that it is older; ties by popularity. */
export const recentPopularity: Maker = async ({ data, spec, validation, between }) => {
  const times = await data.trainTimes?.();
  const range = times && rangeOf(times);
  if (!times || !range) {
    return {
      what: titleOf('recentPopularity'),
      why: times
        ? 'no training row has a time'
        : 'the split of the rows has no column of times, so nobody knows which are recent',
      remedy: `set dataset.split to the strategy ${TIME_STRATEGIES}`,
    };
  }
  const rankerOf = async (halfLifeDays: number) =>
    fixedOrder('recentPopularity', { halfLifeDays }, placesByAge(data, times, range.newest, halfLifeDays));
  const { recentHalfLifeDays: given } = spec.evaluation.baselineSettings;
  const days = (range.newest - range.oldest) / DAY_SECONDS;
  // All rows at one instant are alike whatever the half-life.
  const candidates = days === 0 ? [1] : PARTS.map((part) => Number((days / part).toPrecision(3)));
  const otherwise = candidates[Math.min(3, candidates.length - 1)]!;
  const choice = { rows: validation(), rankerOf };
  return rankerOf(given ?? (await chosen(candidates, otherwise, choice, between)));
};

/** Undefined where there is no time. */
function rangeOf(times: Float64Array): { oldest: number; newest: number } | undefined {
  let [oldest, newest] = [Infinity, -Infinity];
  for (const time of times) {
    if (time < oldest) oldest = time;
    if (time > newest) newest = time;
  }
  return oldest <= newest ? { oldest, newest } : undefined;
}

function placesByAge(
  data: EncodedDataset,
  times: Float64Array,
  newest: number,
  halfLifeDays: number,
): Places {
  const weighed = new Float64Array(data.candidate.entities);
  data.splits.train.item.forEach((item, row) => {
    const weight = 2 ** ((times[row]! - newest) / DAY_SECONDS / halfLifeDays);
    // A row without a time is one of the oldest: it counts nothing.
    if (item !== 0 && weight > 0) weighed[item]! += weight;
  });
  return placesBy(weighed, itemCounts(data));
}
