/** What makes a predicted answer, yes or no, the probability that it is taken for: fitted on validation rows. */
import { assertNever } from '@trainyard/shared/common';
import { z } from 'zod';

const calibrationMapSchema = z.discriminatedUnion('method', [
  /** A curve that never falls, through the points (`x`, `y`): straight between them, level beyond them. */
  z
    .strictObject({
      method: z.literal('isotonic'),
      /** Predictions, ascending. */
      x: z.array(z.number()).min(1),
      /** The probability at each of them. */
      y: z.array(z.number().min(0).max(1)).min(1),
    })
    .refine(
      ({ x, y }) => x.length === y.length && x.every((value, i) => i === 0 || value > x[i - 1]!),
      'x and y are of one length, and x ascends',
    ),
  /** σ(`slope` · log-odds of the prediction + `intercept`). */
  z.strictObject({ method: z.literal('platt'), slope: z.number(), intercept: z.number() }),
]);
export type CalibrationMap = z.infer<typeof calibrationMapSchema>;

export const calibrationSchema = z.strictObject({
  /** Whether predictions go through it; else it is there for whoever wants to. */
  applied: z.boolean(),
  /** The calibrated prediction is the mean of what these make of it: one map, or one for each fold. */
  maps: z.array(calibrationMapSchema).min(1),
});
export type Calibration = z.infer<typeof calibrationSchema>;

/** The calibrated prediction, 0 … 1. */
export function calibrated({ maps }: Pick<Calibration, 'maps'>, prediction: number): number {
  return maps.reduce((sum, map) => sum + mapped(map, prediction), 0) / maps.length;
}

function mapped(map: CalibrationMap, prediction: number): number {
  switch (map.method) {
    case 'isotonic':
      return interpolated(map.x, map.y, prediction);
    case 'platt':
      return 1 / (1 + Math.exp(-(map.slope * logOdds(prediction) + map.intercept)));
    default:
      return assertNever(map);
  }
}

/** The nearest to 0 and 1 that log-odds are taken of: a prediction by squared errors may lie beyond. */
const SURE = 1e-6;

export function logOdds(prediction: number): number {
  const within = Math.min(1 - SURE, Math.max(SURE, prediction));
  return Math.log(within / (1 - within));
}

function interpolated(x: readonly number[], y: readonly number[], at: number): number {
  // The number of points that are not above.
  let [low, high] = [0, x.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return y[0]!;
  const [x0, y0] = [x[low - 1]!, y[low - 1]!];
  if (low === x.length) return y0;
  return y0 + ((y[low]! - y0) * (at - x0)) / (x[low]! - x0);
}
