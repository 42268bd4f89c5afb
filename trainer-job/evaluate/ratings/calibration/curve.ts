/** How far predictions can be taken for probabilities, in bins of equal width as `calibration_curve` of scikit-learn has them. */
import { isOne, within, type RatedRows } from '../ratedRows.js';

const BINS = 10;
/** As `numpy.linspace` has them, so that a prediction at the end of a bin is in that one. */
const STEP = 1 / BINS;

export interface Bin {
  from: number;
  to: number;
  /** Sums of weights: of all rows, of their predictions, and of the ones. */
  rows: number;
  predictions: number;
  ones: number;
}

/** Each bin has its upper end, and the first has 0; predictions beyond 0 … 1 count as the nearer of the two. */
export function calibrationBins({ predicted, actual }: RatedRows, weights?: Float64Array): Bin[] {
  const bins = Array.from({ length: BINS }, (_, i) => ({
    from: i / BINS,
    to: (i + 1) / BINS,
    rows: 0,
    predictions: 0,
    ones: 0,
  }));
  for (let i = 0; i < actual.length; i++) {
    const weight = weights ? weights[i]! : 1;
    const prediction = within(predicted[i]!);
    const bin = bins[binOf(prediction)]!;
    bin.rows += weight;
    bin.predictions += weight * prediction;
    if (isOne(actual[i]!)) bin.ones += weight;
  }
  return bins;
}

function binOf(prediction: number): number {
  const near = Math.min(BINS - 1, Math.floor(prediction * BINS));
  if (near > 0 && prediction <= near * STEP) return near - 1;
  return near < BINS - 1 && prediction > (near + 1) * STEP ? near + 1 : near;
}

/** Σ |mean prediction − share of ones| over the bins, by the rows of each. NaN without rows. */
export function expectedCalibrationError(rows: RatedRows, weights?: Float64Array): number {
  const bins = calibrationBins(rows, weights);
  const total = bins.reduce((sum, bin) => sum + bin.rows, 0);
  return bins.reduce((sum, { predictions, ones }) => sum + Math.abs(predictions - ones), 0) / total;
}
