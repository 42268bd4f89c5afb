/**
 * What a trainer can fail at, by the code that a run's error carries. The callback `failed` takes any code of that form, for a
 * trainer may be of another version, or not be ours: this union is what ours says.
 */
import { CONFIGURATION_ERRORS } from './configurationErrors.js';
import { DATASET_ERRORS } from './datasetErrors.js';
import { VALIDATION_ERRORS } from './validationErrors.js';
import { TRAINING_ERRORS } from './trainingErrors.js';
import { PLATFORM_ERRORS } from './platformErrors.js';
import type { TrainerProblem } from './trainerProblem.js';

const TABLE = {
  ...CONFIGURATION_ERRORS,
  ...DATASET_ERRORS,
  ...VALIDATION_ERRORS,
  ...TRAINING_ERRORS,
  ...PLATFORM_ERRORS,
};

export type TrainerErrorCode = keyof typeof TABLE;

export const TRAINER_ERRORS: Readonly<Record<TrainerErrorCode, TrainerProblem>> = TABLE;
