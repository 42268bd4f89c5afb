import { RecommenderError, type RecommenderModel } from '@trainyard/recommender';
import { openModelDirectory } from '@trainyard/recommender/node';
import { UserError } from '@trainyard/shared/commandLine/userError';
import type { ModelPlace } from './modelPlace.js';

/** Opens the model for questions at the terminal. */
export async function openPlace({ name, folder }: ModelPlace): Promise<RecommenderModel> {
  if (folder.startsWith('gs://')) {
    throw new UserError(
      'wrong-arguments',
      `${name} lies in ${folder}: bring it here with "gcloud storage cp -r ${folder} ." and give the folder`,
    );
  }
  return orExplained(() => openModelDirectory(folder));
}

/** The codes of what a caller has written; all others are of the folder. */
const CALLERS: ReadonlySet<string> = new Set([
  'unknown-column',
  'bad-value',
  'unsafe-number',
  'bad-option',
  'not-of-this-model',
]);

/** What the recommender refuses is no bug: its message tells what to do. */
export async function orExplained<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RecommenderError)) throw error;
    throw new UserError(CALLERS.has(error.code) ? 'wrong-arguments' : 'no-model', error.message, {
      cause: error,
    });
  }
}
