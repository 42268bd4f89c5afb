import type { LeftOut, Metrics } from '@trainyard/shared';
import { catalogue } from '../../model/catalogue.js';
import { retrievalBaselines } from '../baselines/retrievalBaselines.js';
import { type ListsOfUsers, listsOfUsers } from '../lists/listsOfUsers.js';
import { type Evaluated, MODEL, type Ranked } from '../part.js';
import { type EvaluationRows, evaluationRows, rowsProtocol } from '../ranks/evaluationRows.js';
import { productionRanker } from '../production/productionRanker.js';
import { placesOf, type Ranker } from '../ranks/ranker.js';
import { scoreRows } from '../ranks/scoreSplit.js';
import { ownScoring } from '../ranks/scoring.js';
import { retrievalMeans } from './retrievalMeans.js';
import { coldUsersMetrics, lossOf, valuesOf } from './retrievalMetrics.js';

/** A simple method beside the model. */
export interface RankedMethod {
  name: string;
  metrics: Metrics;
  settings: Ranker['settings'];
}

export interface RankedSplit {
  ranked: Ranked;
  /** Of the model: of all rows that count, and of those of users that train does not have. */
  metrics: Metrics;
  methods: RankedMethod[];
  /** What the model's lists are like, the metrics of which are among its own. */
  lists: ListsOfUsers;
  /** Of the baselines. */
  leftOut: LeftOut[];
}

/** Where the model and its baselines put the items of the test rows, and what that is worth. */
export async function rankedSplit(evaluated: Evaluated): Promise<RankedSplit> {
  const { model, data, spec, between } = evaluated;
  const { k } = spec.evaluation;
  const rows = evaluationRows(data, 'test', 'known', rowsProtocol(spec));
  const coldRows = evaluationRows(data, 'test', 'cold');
  const { scoring = ownScoring(model) } = evaluated;
  const items = await scoring.embed('candidate', catalogue(data.candidate.entities));
  const scores = await scoreRows(model, rows, { items, between, scoring });
  const cold = await scoreRows(model, coldRows, { items, depth: Math.max(...k), between, scoring });
  const meansOf = (ranks: Int32Array) => retrievalMeans(rows, ranks, k, 'test');
  const ranks = new Map([[MODEL, scores.ranks]]);
  const means = new Map([[MODEL, meansOf(scores.ranks)]]);
  const methods: RankedMethod[] = [];
  const leftOut: LeftOut[] = [];
  const validation = () => evaluationRows(data, 'validation', 'known', rowsProtocol(spec));
  for await (const ranker of others(evaluated, validation, [rows, coldRows])) {
    if ('why' in ranker) {
      leftOut.push(ranker);
      continue;
    }
    const placed = async (of: EvaluationRows) => placesOf(of, await ranker.ranks(of, between));
    const own = await placed(rows);
    ranks.set(ranker.name, own);
    const ownMeans = meansOf(own);
    means.set(ranker.name, ownMeans);
    const metrics = {
      ...valuesOf(ownMeans),
      ...coldUsersMetrics(coldRows, await placed(coldRows), k),
    };
    methods.push({ name: ranker.name, metrics, settings: ranker.settings });
  }
  const lists = await listsOfUsers(evaluated, { rows, itemVectors: items });
  const metrics = {
    ...lossOf(rows, scores.loss, 'test'),
    ...valuesOf(means.get(MODEL)!),
    ...lists.metrics,
    ...coldUsersMetrics(coldRows, cold.ranks, k),
  };
  return { ranked: { rows, itemVectors: items, ranks, means }, metrics, methods, lists, leftOut };
}

/** The simple methods, and the version that serves. */
async function* others(
  evaluated: Evaluated,
  validation: () => EvaluationRows,
  asked: readonly EvaluationRows[],
): AsyncGenerator<Ranker | LeftOut> {
  yield* retrievalBaselines({ ...evaluated, validation });
  yield* productionRanker(evaluated, asked);
}
