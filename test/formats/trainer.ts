/** The trainer itself, on the backend of the tests: what it makes of rows, those that it was never given too. */
import { decodedTarget } from '@trainyard/recommender/encode/target';
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import { openRatingHead } from '@trainyard/recommender/model/ratingHead';
import { openTransform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import type { EntityRows } from '../../trainer-job/data/encodedDataset.js';
import type { RatingModel } from '../../trainer-job/model/twoTowerModel.js';
import { inLists, type FormatSoftware } from './modelReader.js';
import { readerOfTowers } from './towers.js';

export const TRAINER: FormatSoftware = {
  name: 'the trainer',
  precision: 'single',
  async open(model) {
    const { folder, trained } = model;
    const read = readDirectory(folder);
    const transform = await openTransform(read, 'transform/');
    const encoded = (tower: 'query' | 'candidate', rows: readonly FeatureValues[]): EntityRows => {
      const encodings = rows.map(transform.encoder(tower));
      return {
        indices: Int32Array.from(encodings.flatMap(({ indices }) => Array.from(indices))),
        numbers: Float32Array.from(encodings.flatMap(({ numbers }) => Array.from(numbers))),
      };
    };
    const { rating } = trained;
    const { calibrate } = rating ? await openRatingHead(read) : { calibrate: undefined };
    return readerOfTowers(model, {
      embed: async (tower, rows) =>
        inLists(Array.from(trained.embedRows(tower, encoded(tower, rows))), rows.length),
      ...(rating && {
        calibrate: calibrate!,
        predict: async (queries, items) =>
          targetsOf(rating, [queries.length, items.length], {
            queries: trained.outputRows('query', encoded('query', queries)),
            items: trained.outputRows('candidate', encoded('candidate', items)),
          }),
      }),
    });
  },
};

/** [queries][items] of the outputs of both towers. */
function targetsOf(
  { head, target }: RatingModel,
  [queries, items]: [number, number],
  outputs: { queries: Float32Array; items: Float32Array },
): number[][] {
  const pairs = Array.from({ length: queries * items }, (_, pair) => pair);
  const pass = head.forward({
    ...outputs,
    pairQuery: Int32Array.from(pairs, (pair) => Math.floor(pair / items)),
    pairItem: Int32Array.from(pairs, (pair) => pair % items),
  });
  const { loss } = head;
  const targets = pairs.map((pair) =>
    decodedTarget(target, loss.prediction(pass.logits, pair * loss.outputs)),
  );
  pass.dispose();
  return inLists(targets, queries);
}
