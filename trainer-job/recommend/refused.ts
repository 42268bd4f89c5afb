import { RecommenderError } from '@trainyard/recommender';
import { TrainerError } from '../errors/trainerError.js';

/** What the recommender refuses, such as files that do not belong together, no other attempt would be given. */
export async function orRefused<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof RecommenderError ? refused(error.message, error) : error;
  }
}

/** The message says what to do. */
export function refused(message: string, cause?: unknown): TrainerError {
  return new TrainerError('invalid-settings', message, null, { cause });
}
