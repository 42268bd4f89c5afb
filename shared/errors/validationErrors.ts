import type { TrainerProblem } from './trainerProblem.js';

/** The data can be read, and is not such that the training of the specification could learn from it. */
export const VALIDATION_ERRORS = {
  'no-rows': {
    kind: 'validation',
    meaning: 'The source has no rows.',
    remedy: 'Write the data before the run is started.',
    retriable: false,
  },
  'no-rows-left': {
    kind: 'validation',
    meaning: 'No row meets all conditions of `dataset.where`.',
    remedy: 'Correct or remove the condition that drops too much.',
    retriable: false,
  },
  'empty-id': {
    kind: 'validation',
    meaning: 'The column of the id of a tower is null in every row.',
    remedy: 'Name the right column, or correct its cast in `dataset.columns`.',
    retriable: false,
  },
  'single-id': {
    kind: 'validation',
    meaning: 'The id of a tower has only one value, so that there is nothing to choose among.',
    remedy: 'Name the right column, or bring more data.',
    retriable: false,
  },
  'rounded-ids': {
    kind: 'validation',
    meaning:
      'The id of a tower is a column of floating-point numbers, of a size at which several ids are the same number.',
    remedy: 'Write the ids to the file as whole numbers or as texts.',
    retriable: false,
  },
  'empty-split-column': {
    kind: 'validation',
    meaning: 'The column that the split goes by is null in every row.',
    remedy: 'Name the right column in `dataset.split`.',
    retriable: false,
  },
  'split-column-is-text': {
    kind: 'validation',
    meaning: 'The column that orders the split holds text, whose order is not that of time.',
    remedy: 'Cast the column in `dataset.columns` to `timestamp`, `int64` or `float64`.',
    retriable: false,
  },
  'empty-split': {
    kind: 'validation',
    meaning: 'No row would be, or is, in one of the splits.',
    remedy: 'Bring more data, or change `dataset.split`.',
    retriable: false,
  },
  'unlisted-split-value': {
    kind: 'validation',
    meaning: 'Rows have a value in the column of the split that no split lists.',
    remedy: 'List every value in `dataset.split`, or drop the other rows by `dataset.where`.',
    retriable: false,
  },
  'expectation-violated': {
    kind: 'validation',
    meaning:
      'The data breaks expectations of `dataset.expectations`; all of them are in the message and the report.',
    remedy: 'Correct the data, or change the expectations.',
    retriable: false,
  },
  'not-a-time': {
    kind: 'validation',
    meaning: 'A column that is read as times holds something else.',
    remedy: 'Cast it in `dataset.columns`, or name the right column.',
    retriable: false,
  },
  'not-a-number': {
    kind: 'validation',
    meaning: 'A column that is read as numbers holds something else.',
    remedy: 'Cast it in `dataset.columns`, or name the right column.',
    retriable: false,
  },
  'empty-feature': {
    kind: 'validation',
    meaning: 'A feature has no value that can be learned from in the training rows.',
    remedy: 'Name the right column, or leave the feature out.',
    retriable: false,
  },
  'empty-vocabulary': {
    kind: 'validation',
    meaning: 'No id of a tower occurs in as many training rows as its `minCount` asks.',
    remedy: 'Lower the `minCount` of the feature, or bring more data.',
    retriable: false,
  },
  'empty-target': {
    kind: 'validation',
    meaning: 'The target is null in all rows of a split.',
    remedy: 'Name the right column, or bring rows that have the target.',
    retriable: false,
  },
  'too-large-value': {
    kind: 'validation',
    meaning:
      'A column that is taken as numbers has a value so large that its mean and deviation, or what the model makes of it, overflow.',
    remedy:
      'Clip the feature or the target by quantiles, take its logarithm, or set `outliers` of the column in `dataset.columns`.',
    retriable: false,
  },
  'one-target-value': {
    kind: 'validation',
    meaning:
      'The target is the same in all training rows: there is nothing to learn, and a constant would seem perfect.',
    remedy: 'Name the right column, or another `features.target.threshold`, or bring rows that differ.',
    retriable: false,
  },
  'no-relevant-rows': {
    kind: 'validation',
    meaning:
      'No row of the data meets `evaluation.relevant`, so that nothing that the model finds could be measured.',
    remedy:
      'Correct the condition, whose value is compared with those of the column as they are read, or leave it out.',
    retriable: false,
  },
  'constant-metric': {
    kind: 'validation',
    meaning:
      'Early stopping, the schedule of the learning rate or a gate goes by a recall at K where there are no more items than K: it is 1 whatever the model does.',
    remedy: 'Take a K that is smaller than the number of items, or another metric.',
    retriable: false,
  },
  'bad-sample-weight': {
    kind: 'validation',
    meaning: 'The column of the sample weight holds what is no weight, or 0 in every training row.',
    remedy: 'Name a column of numbers that are 0 or more, some of them above 0.',
    retriable: false,
  },
} as const satisfies Record<string, TrainerProblem>;
