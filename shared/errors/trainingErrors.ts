import type { TrainerProblem } from './trainerProblem.js';

/** The training itself went wrong. */
export const TRAINING_ERRORS = {
  diverged: {
    kind: 'training',
    meaning: 'A loss or a metric became something that is no number.',
    remedy:
      'Lower `training.optimizer.learningRate`, let it rise by `training.warmupSteps`, or limit gradients by `training.clipping`.',
    retriable: false,
  },
  'out-of-memory': {
    kind: 'training',
    meaning:
      'The training needs more memory than the machine has, or the data more than `TRAINYARD_MEMORY_MB` allows. Where that is known before the first step, it is tried again only on a larger tier.',
    remedy:
      'Lower `training.batchSize` or the embedding dims, raise `minCount`, or choose a tier with more memory. For data: make smaller or fewer values in `dataset.sql`, or raise `TRAINYARD_MEMORY_MB`.',
    retriable: true,
  },
  'worker-lost': {
    kind: 'training',
    meaning:
      'A thread that computes steps ended or could not do its part. The next attempt goes on from the last checkpoint.',
    remedy: 'Where it happens again, train with fewer workers (`TRAINYARD_WORKERS`).',
    retriable: true,
  },
  'trainer-error': {
    kind: 'training',
    meaning: 'Something happened that the trainer has no words for.',
    remedy: 'Read the log of the attempt; if it stays, it is a bug of the trainer.',
    retriable: true,
  },
} as const satisfies Record<string, TrainerProblem>;
