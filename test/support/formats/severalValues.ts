/** A column of several values a row, and features that pool them otherwise than by their mean. */
import type { TrainingSpecInput } from '@trainyard/shared';

type Feature = TrainingSpecInput['features']['query'][number];

export const SUM_OF_TAGS: Feature = {
  column: 'tags',
  transform: 'lookup',
  dim: 3,
  multi: { delimiter: '|', max: 4, pooling: 'sum' },
};
export const HASHED_TAGS: Feature = {
  column: 'tags',
  name: 'hashed tags',
  transform: 'hash',
  buckets: 5,
  dim: 2,
  multi: { delimiter: '|', max: 3, pooling: 'sqrtN' },
};

/** Of row i: some have none, and some more than count. */
export const tagsOf = (i: number): string | null =>
  i % 8 === 0 ? null : Array.from({ length: i % 6 }, (_, t) => `t${(i * 3 + t) % 7}`).join('|');
