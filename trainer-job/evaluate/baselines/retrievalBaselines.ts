/** What a model that finds items is compared with: the simple methods that were asked for, each of the training rows alone. */
import { BASELINES, type LeftOut, type RetrievalBaseline } from '@trainyard/shared';
import type { Ranker } from '../ranks/ranker.js';
import { fixedOrder } from './fixedOrder.js';
import { history } from './history.js';
import { interactionsOf, itemCounts } from './interactions.js';
import { ease } from './itemToItem/ease.js';
import { itemKnn } from './itemToItem/itemKnn.js';
import { titleOf, type BaselineRequest, type Maker } from './maker.js';
import { placesBy } from './places.js';
import { recentPopularity } from './recentPopularity.js';

const MAKERS: Readonly<Record<RetrievalBaseline, Maker>> = {
  popularity: async ({ popularity }) => fixedOrder('popularity', {}, popularity),
  recentPopularity,
  history: async ({ interactions, popularity }) => history(interactions, popularity),
  itemKnn,
  ease,
};

/** One after the other, so that the memory of one is that of all; and why there is none of the others. */
export async function* retrievalBaselines(request: BaselineRequest): AsyncGenerator<Ranker | LeftOut> {
  const asked = new Set(request.spec.evaluation.baselines);
  yield* BASELINES.retrieval.filter((name) => !asked.has(name)).map(notAsked);
  if (asked.size === 0) return;
  const interactions = interactionsOf(request.data);
  const prepared = { ...request, interactions, popularity: placesBy(itemCounts(request.data)) };
  for (const name of asked) yield MAKERS[name](prepared);
}

function notAsked(name: RetrievalBaseline): LeftOut {
  return {
    what: titleOf(name),
    why: 'evaluation.baselines does not list it',
    remedy: `add ${name} to evaluation.baselines`,
  };
}
