import { RecommenderError } from '@trainyard/recommender';
import { isUnreachable, thrown, UNREACHABLE_REMEDY } from '../cloud/retries.js';
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

/** Sources know one setting, that of the data: what they say of the files of queries names theirs. */
export async function ofQueries<T>(setting: string, open: Promise<T>): Promise<T> {
  try {
    return await open;
  } catch (error) {
    if (isUnreachable(error)) {
      throw new TrainerError(
        'storage-unavailable',
        `${setting}: Cloud Storage cannot be reached from here: ${thrown(error).message.slice(0, 300)}`,
        UNREACHABLE_REMEDY,
        { cause: error },
      );
    }
    if (!(error instanceof TrainerError)) throw error;
    const { code, message, remedy, retriable } = error;
    throw new TrainerError(
      code,
      `${setting}: ${message}`,
      remedy?.includes('dataset.source.format')
        ? 'name a file that ends in .csv, .jsonl or .parquet, or a pattern of such files (FOLDER/*.csv)'
        : (remedy?.replaceAll('dataset.source.uri', setting).replace('before the run is started', 'first') ??
            null),
      { retriable, cause: error },
    );
  }
}
