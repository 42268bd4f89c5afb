/** What is made of predictions that are probabilities: from which on they count as a yes, and how they are calibrated. */
import { z } from 'zod';
import { described } from '../../described.js';
import type { MeasuredModel } from '../../metrics/availability.js';
import type { RuleBroken } from '../modelRules.js';

/** From which prediction on a row is taken for a 1, unless another is asked for. */
export const USUAL_THRESHOLD = 0.5;

export const calibrationAskedSchema = z.strictObject({
  method: described(
    z.enum(['isotonic', 'platt']).default('isotonic'),
    'How predictions become probabilities: by `isotonic`, any curve that never falls, which takes some thousand rows, or by `platt`, a sigmoid of the log-odds, which takes few.',
  ),
  folds: described(
    z.int().min(1).max(20).default(5),
    'The number of folds of the validation rows, drawn by the seed: a curve is fitted on all rows but those of each fold, and the mean of the curves calibrates. With 1 there is one curve of all rows.',
    5,
  ),
  apply: described(
    z.boolean().default(true),
    'Whether predictions are calibrated, in the test metrics and by the exported model alike. Without it, the evaluation says what calibration would bring, and the curves lie beside the model.',
  ),
});
export type CalibrationAsked = z.infer<typeof calibrationAskedSchema>;

export const yesOrNoShape = {
  threshold: described(
    z.union([z.number().min(0).max(1), z.enum(['bestF1', 'ofPrecision'])]).default(USUAL_THRESHOLD),
    'The prediction from which on a row is taken for a 1, of a yes or no target: a number, or what is found on the validation rows after training, `bestF1` for the ' +
      'best F1 or `ofPrecision` for the least threshold that reaches `precision`. Each baseline finds its own; metrics after each epoch go by 0.5 then.',
    'bestF1',
  ),
  precision: described(
    z.number().gt(0).max(1).optional(),
    'The precision whose threshold the evaluation finds on the validation rows, of a yes or no target; none unless given.',
    0.9,
  ),
  calibration: described(
    calibrationAskedSchema.optional(),
    'How predictions of a yes or no target are made probabilities, on the validation rows; they are taken as they are unless given.',
    { method: 'isotonic' },
  ),
};
const yesOrNoSchema = z.strictObject(yesOrNoShape);
export type YesOrNoAsked = z.infer<typeof yesOrNoSchema>;

/** The threshold before any is found. */
export function givenThreshold({ threshold }: Pick<YesOrNoAsked, 'threshold'>): number {
  return typeof threshold === 'number' ? threshold : USUAL_THRESHOLD;
}

/** What of it no result of such a model could have. */
export function brokenYesOrNoRules(
  { threshold, precision, calibration }: YesOrNoAsked,
  { type, target }: Pick<MeasuredModel, 'type' | 'target'>,
): RuleBroken[] {
  const lacksPrecision = threshold === 'ofPrecision' && precision === undefined;
  const broken: RuleBroken[] = lacksPrecision
    ? [
        {
          path: ['evaluation', 'threshold'],
          message: 'is ofPrecision: say which, as evaluation.precision 0.9',
        },
      ]
    : [];
  if (type === null || target === 'binary') return broken;
  const asked = {
    threshold: threshold === USUAL_THRESHOLD ? undefined : threshold,
    precision,
    calibration,
  };
  const what =
    type === 'retrieval'
      ? 'a retrieval model predicts no answers'
      : `a ${type} model of a numeric target predicts numbers`;
  const remedy =
    type === 'retrieval'
      ? 'leave it out'
      : 'leave it out, or set features.target.threshold or the loss binaryCrossEntropy';
  return [
    ...broken,
    ...Object.entries(asked)
      .filter(([, value]) => value !== undefined)
      .map(([key]) => ({
        path: ['evaluation', key],
        message: `is of answers, yes or no, and ${what}: ${remedy}`,
      })),
  ];
}
