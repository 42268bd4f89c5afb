import { z } from 'zod';
import { described } from '../described.js';
import { withInferredTypes } from './inferred.js';
import { parametersOfSpaceSchema, type Space } from './parameter.js';
import { brokenSpaceRules } from './spaceRules.js';

/** What a sweep searches: by the dotted keys of the specification, what each may be. */
export const spaceSchema = described(
  parametersOfSpaceSchema.superRefine((space, context) => {
    for (const { path, message } of brokenSpaceRules(space)) {
      context.addIssue({ code: 'custom', path, message });
    }
  }),
  'The parameters that are searched: by dotted keys of the whole specification, what each may be.',
  {
    'training.optimizer.learningRate': { type: 'logFloat', min: 0.001, max: 0.1 },
    'training.batchSize': { type: 'categorical', values: [2048, 8192] },
  },
);

/**
 * A space as somebody writes it: a list is a categorical, `{ min, max }` a range, a plain value a constant, and the types may be
 * written in snake_case. A range of whole numbers is one of whole numbers unless the specification has fractions at its key.
 */
export const writtenSpaceSchema = z.preprocess(
  (written: unknown, context) => withInferredTypes(written, context),
  spaceSchema.clone(),
);

/** The space that somebody wrote. Throws a ZodError that names each place that is wrong. */
export function inferSpace(written: unknown): Space {
  return writtenSpaceSchema.parse(written);
}
