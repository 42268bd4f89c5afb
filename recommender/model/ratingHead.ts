import { decodedTarget } from '../encode/target.js';
import { RATING_FILE, RATING_FOLDER } from '../format/files.js';
import { RATING_VERSIONS } from '../format/ratingDocument.js';
import { readDocument, type ReadFile } from '../format/read.js';
import { readWeights } from '../format/savedArrays.js';
import { calibrated } from '../layers/calibration.js';
import { predictionOf } from '../layers/prediction.js';
import { sequence } from '../layers/sequence.js';

/** So many pairs are predicted at once: memory does not follow the catalogue. */
const BLOCK = 1024;

export interface RatingHead {
  /** Predicts the target of a query, [query width], with each of the items, [items, candidate width]: in the target's own units, and not calibrated. */
  predict(this: void, query: Float32Array, items: Float32Array): Float64Array;
  /** What such a prediction is after calibration: itself, where the run applied none. */
  calibrate(this: void, prediction: number): number;
}

/** Fails where the files do not belong together. */
export async function openRatingHead(read: ReadFile): Promise<RatingHead> {
  const document = await readDocument(read, `${RATING_FOLDER}/${RATING_FILE}`, RATING_VERSIONS);
  const { widths, rating, target, weights: entries } = document;
  const weights = await readWeights(read, RATING_FOLDER, RATING_FILE, entries);
  const prediction = predictionOf(rating.loss);
  const withProduct = rating.input === 'concatenationAndProduct';
  const inputs = widths.query + widths.candidate + (withProduct ? widths.query : 0);
  const last = {
    type: 'dense',
    units: prediction.outputs,
    activation: 'linear',
    initializer: 'glorotUniform',
  } as const;
  const layers = sequence('rating', inputs, [...rating.layers, last], weights);
  const calibration = document.schemaVersion === 2 && document.calibration.applied && document.calibration;
  const predict: RatingHead['predict'] = (query, items) => {
    const count = items.length / widths.candidate;
    const targets = new Float64Array(count);
    for (let start = 0; start < count; start += BLOCK) {
      const end = Math.min(start + BLOCK, count);
      const part = items.subarray(start * widths.candidate, end * widths.candidate);
      const logits = layers.forward(pairsOf(query, part, widths.candidate, inputs, withProduct));
      for (let i = start; i < end; i++) {
        targets[i] = decodedTarget(target, prediction.of(logits, (i - start) * prediction.outputs));
      }
    }
    return targets;
  };
  return {
    predict,
    calibrate: (predicted) => (calibration ? calibrated(calibration, predicted) : predicted),
  };
}

/** [items, inputs]: query, item and, if asked for, their product. */
function pairsOf(
  query: Float32Array,
  items: Float32Array,
  width: number,
  inputs: number,
  withProduct: boolean,
): Float32Array {
  const pairs = new Float32Array((items.length / width) * inputs);
  for (let from = 0, to = 0; from < items.length; from += width, to += inputs) {
    const item = items.subarray(from, from + width);
    pairs.set(query, to);
    pairs.set(item, to + query.length);
    if (withProduct) {
      pairs.set(
        query.map((value, c) => value * item[c]!),
        to + query.length + width,
      );
    }
  }
  return pairs;
}
