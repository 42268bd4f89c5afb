/** What of the test split was measured, in words and numbers. */
import { whole, type TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { Findings } from '../findings.js';
import type { EvaluationRows, RowsProtocol } from '../ranks/evaluationRows.js';

/** Of retrieval. */
export function measuredRanks(
  { splits, candidate }: Pick<EncodedDataset, 'splits' | 'candidate'>,
  { users, rowCount }: EvaluationRows,
  protocol: RowsProtocol,
  { relevant }: Pick<TrainingSpec['evaluation'], 'relevant'>,
): Findings['measured'] {
  return {
    rows: rowCount,
    users: new Set(users).size,
    rowsOfSplit: splits.test.count,
    items: candidate.entities - 1,
    how: `${QUESTIONS[protocol.per](relevant !== undefined)}, among ${CATALOGUES[protocol.exclude]}`,
  };
}

const QUESTIONS = {
  row: (isBounded: boolean) =>
    `each test row ${isBounded ? 'that meets evaluation.relevant and ' : ''}whose user and item occur in train`,
  user: (isBounded: boolean) =>
    `each user of train with test rows${isBounded ? ' that meet evaluation.relevant' : ''}, whose relevant items are the distinct ones of these rows that occur in train`,
} as const;

const CATALOGUES = {
  none: 'all items of the catalogue',
  train: 'the items that the user does not have in train',
  trainAndValidation: 'the items that the user has neither in train nor in validation',
} as const;

/** Rows whose user and item train has, and that were not measured all the same. */
export function uncountedRows({ uncounted, users }: EvaluationRows): Findings['leftOut'] {
  if (!uncounted) return [];
  const { irrelevant, excluded, undrawn } = uncounted;
  return [
    {
      rows: irrelevant,
      why: 'they do not meet evaluation.relevant',
      remedy: 'change evaluation.relevant',
    },
    {
      rows: excluded,
      why: 'the user had their item before, and such items are left out of the ranking',
      remedy: 'set evaluation.exclude to none',
    },
    {
      rows: undrawn,
      why: `${whole(new Set(users).size)} of ${whole(uncounted.users)} users are measured, drawn by the seed`,
      remedy: 'raise evaluation.maxUsers, or leave it out',
    },
  ]
    .filter(({ rows }) => rows > 0)
    .map(({ rows, why, remedy }) => ({ what: `${whole(rows)} test rows`, why, remedy }));
}

/** The validation rows that no epoch was measured by. */
export function unseenValidation(
  { splits }: Pick<EncodedDataset, 'splits'>,
  { evaluation, training }: Pick<TrainingSpec, 'evaluation' | 'training'>,
): Findings['leftOut'] {
  const most = (evaluation.evalSteps ?? Infinity) * training.batchSize;
  const { count } = splits.validation;
  if (count <= most) return [];
  return [
    {
      what: `all but about ${whole(most)} of ${whole(count)} validation rows`,
      why: `each epoch is measured by ${evaluation.evalSteps === 1 ? '1 batch' : `${whole(evaluation.evalSteps ?? 0)} batches`} of them, drawn by the seed`,
      remedy: 'raise evaluation.evalSteps, or leave it out',
    },
  ];
}
